import { Problem, type ProblemCode } from '../domain/problem.ts';
import { type Target, whereabouts } from '../domain/target.ts';

/** What of the configuration the check shows; passwords are no part of it. */
export interface Checked {
  targets: ReadonlyMap<string, Target>;
  slack: { kind: 'http' | 'socket' } | { kind: 'missing'; missing: readonly string[] };
  hookTokens: Readonly<Record<string, string>>;
  warnings: readonly string[];
}

const MISTAKES: readonly ProblemCode[] = ['config-invalid', 'playbook-invalid', 'playbooks-unreadable'];

/** `redis-medic config check`: every mistake, also in playbooks of one's own, and exit status 1, or what was understood and 0. */
export async function configCheck(
  read: () => Checked | Promise<Checked>,
  output: { out: (text: string) => void; err: (text: string) => void },
): Promise<number> {
  try {
    output.out(describe(await read()));
    return 0;
  } catch (error) {
    if (!(error instanceof Problem) || !MISTAKES.includes(error.code)) throw error;
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
