import { parseEngineVersion } from '../domain/command-history.ts';
import type { LoadedPlaybook } from '../domain/playbook.ts';
import { printable } from '../domain/printable.ts';
import { atLeast, type Engine } from '../domain/server.ts';
import { RehearsalFailed } from '../flow/rehearse/stage.ts';
import { makePaint, type Terminal } from './render/terminal.ts';

export interface RehearseDeps {
  /** Those that were asked for, or all. */
  playbooks: readonly LoadedPlaybook[];
  /** Of the server program that is there. */
  engine: { engine: Engine; version: string };
  rehearse: (loaded: LoadedPlaybook, tell: (line: string) => void) => Promise<void>;
  out: Terminal;
}

const FAILED = 2;

/** `redis-medic playbooks test`: each playbook on disposable servers, with what happened; 2 when one did not do what it says. */
export async function playbooksTest({ playbooks, engine, rehearse, out }: RehearseDeps): Promise<number> {
  const paint = makePaint(out.colour);
  const tell = (line: string) => out.write(`${/^ */.exec(line)?.[0] ?? ''}${printable(line, 1000)}\n`);
  let failed = 0;
  for (const loaded of playbooks) {
    const left = leftOut(loaded, engine);
    if (left !== undefined) {
      tell(`${loaded.id}: left out, ${left}`);
      continue;
    }
    try {
      await rehearse(loaded, tell);
      out.write(`${paint('green', 'passed')} ${loaded.id}\n\n`);
    } catch (error) {
      if (!(error instanceof RehearsalFailed)) throw error;
      failed += 1;
      out.write(`${paint('red', 'failed')} ${loaded.id}: ${printable(error.message, 1000)}\n\n`);
    }
  }
  return failed === 0 ? 0 : FAILED;
}

/** Why a playbook cannot be tried with this server program; undefined when it can. */
function leftOut({ playbook }: LoadedPlaybook, { engine, version }: RehearseDeps['engine']): string | undefined {
  const { rehearse } = playbook;
  if (!rehearse) return 'it has no section rehearse';
  const shows = (rehearse.engines ?? []).map(parseEngineVersion);
  const fits = shows.some((at) => at?.engine === engine && atLeast(version, at.version));
  return rehearse.engines === undefined || fits
    ? undefined
    : `it needs ${rehearse.engines.join(' or ')} or newer, and this is ${engine} ${version}`;
}
