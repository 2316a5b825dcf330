import { Problem } from '../domain/problem.ts';
import { type Target, whereabouts } from '../domain/target.ts';

/** What of the configuration the check shows; passwords are no part of it. */
export interface Checked {
  targets: ReadonlyMap<string, Target>;
  slack: { kind: 'http' | 'socket' } | { kind: 'missing'; missing: readonly string[] };
  hookTokens: Readonly<Record<string, string>>;
  warnings: readonly string[];
}

/** `redis-medic config check`: every mistake and exit status 1, or what was understood and 0. */
export function configCheck(
  read: () => Checked,
  output: { out: (text: string) => void; err: (text: string) => void },
): number {
  try {
    output.out(describe(read()));
    return 0;
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'config-invalid') throw error;
    output.err(`${error.message}\n`);
    return 1;
  }
}

function describe({ targets, slack, hookTokens, warnings }: Checked): string {
  const lines = [...targets.values()].map((target) => {
    const { name, kind, purpose, environment } = target;
    return `  ${name}: ${kind}, ${purpose ?? 'purpose not declared'}, ${environment}, ${whereabouts(target)}`;
  });
  const hooks = Object.keys(hookTokens);
  return [
    'The configuration is fine.',
    `Targets: ${lines.length === 0 ? 'none' : ''}`.trimEnd(),
    ...lines,
    `Slack: ${slack.kind === 'missing' ? `not configured (not set: ${slack.missing.join(', ')})` : slack.kind === 'http' ? 'HTTP mode' : 'Socket Mode'}`,
    `Webhooks: ${hooks.length === 0 ? 'none (no token is set)' : hooks.map((id) => `/hooks/${id}`).join(' ')}`,
    ...warnings.map((warning) => `Warning: ${warning}`),
    '',
  ].join('\n');
}
