import type { Readiness } from '../domain/readiness.ts';
import { type CheckDeps, checkReadiness } from '../flow/check/check-readiness.ts';
import { chooseTarget, type LoadConfig } from './choose-target.ts';
import { type PastDeps, pastFor } from './past-for.ts';
import { readinessJson, readinessMarkdown, renderReadiness } from './render/readiness.ts';
import type { Terminal } from './render/terminal.ts';

export const CHECK_FORMATS = ['text', 'json', 'markdown'] as const;
export type CheckFormat = (typeof CHECK_FORMATS)[number];

export interface CheckAsk {
  /** A target of the configuration, or a redis:// or rediss:// URL. */
  what: string;
  format: CheckFormat;
  /** Time between the two samples. */
  forMs?: number;
  config?: string;
}

export interface CheckCommandDeps extends CheckDeps, PastDeps {
  loadConfig: LoadConfig;
  out: Terminal;
}

/** Checks how ready a deployment is; 0 when nothing failed, 1 when something did, 3 when no server could be read. */
export async function checkCommand(deps: CheckCommandDeps, ask: CheckAsk): Promise<number> {
  const chosen = await chooseTarget(deps.loadConfig, ask);
  const { target, windowSeconds } = chosen;
  const seconds = ask.forMs === undefined ? windowSeconds : ask.forMs / 1000;
  const { readiness, report } = await checkReadiness(deps, target, { seconds, past: await pastFor(deps, chosen, ask) });
  deps.out.write(rendered(readiness, ask.format, deps.out));
  if (report.nodes.every(({ reachable }) => !reachable)) return 3;
  return readiness.rows.some(({ result }) => result === 'fail') ? 1 : 0;
}

function rendered(readiness: Readiness, format: CheckFormat, out: Terminal): string {
  if (format === 'markdown') return readinessMarkdown(readiness);
  return format === 'json' ? `${JSON.stringify(readinessJson(readiness), null, 2)}\n` : renderReadiness(readiness, out);
}
