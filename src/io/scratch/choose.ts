import { type RdbForm, whyNotLoadable } from '../../domain/rdb-version.ts';
import { atLeast } from '../../domain/server.ts';
import type { NoEngine } from '../../flow/backup/ports.ts';
import type { Program } from './program.ts';

/** The program that comes nearest to the server that wrote the file: of its family, no older, and if possible no newer. */
export function chooseProgram(programs: readonly Program[], form: RdbForm): Program | NoEngine {
  const family = form.engine ?? (form.magic === 'VALKEY' ? 'valkey' : 'redis');
  const name = family === 'valkey' ? 'Valkey' : 'Redis';
  const related = programs.filter(({ engine }) => engine === family);
  if (related.length === 0) {
    const others =
      programs.length === 0
        ? ''
        : ` (only ${programs.map(({ engine, version }) => `${engine} ${version}`).join(', ')})`;
    return none(`no ${name} server is installed beside redis-medic${others}`);
  }
  const able = related.filter((program) => whyNotLoadable(form, program) === undefined).toSorted(byVersion);
  const wrote = form.engineVersion;
  // One that is a little older than the writer will do when it reads that version of the format.
  const best = (wrote !== undefined && able.find(({ version }) => atLeast(version, wrote))) || able.at(-1);
  if (best) return best;
  const newest = related.toSorted(byVersion).at(-1);
  return none((newest && whyNotLoadable(form, newest)) ?? `no ${name} server here reads it`);
}

function byVersion(one: Program, other: Program): number {
  if (one.version === other.version) return 0;
  return atLeast(one.version, other.version) ? 1 : -1;
}

function none(because: string): NoEngine {
  return { kind: 'no-engine', because };
}
