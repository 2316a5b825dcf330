import type { RdbSummary } from './rdb.ts';
import { atLeast, type Engine } from './server.ts';

/** From which release on an engine writes which version of the format, newest first. */
const WRITES: Readonly<Record<Engine, readonly (readonly [string, number])[]>> = {
  redis: [
    ['8.8', 14],
    ['8.6', 13],
    ['7.4', 12],
    ['7.2', 11],
    ['7.0', 10],
    ['5.0', 9],
    ['0', 8],
  ],
  valkey: [
    ['9.0', 80],
    ['0', 11],
  ],
};

/** Redis went on to these after Valkey had left, and Valkey refuses them whatever is in the file. */
const REDIS_ALONE = 12;

export type RdbForm = Pick<RdbSummary, 'magic' | 'version' | 'engine' | 'engineVersion'>;

export interface Reader {
  engine: Engine;
  version: string;
}

/** Why a server cannot load such a file; undefined when it can, as far as its version tells. */
export function whyNotLoadable(form: RdbForm, { engine, version }: Reader): string | undefined {
  const server = `${engine === 'redis' ? 'Redis' : 'Valkey'} ${version}`;
  const what = `${writer(form)} wrote it as RDB version ${form.version}`;
  if (form.magic === 'VALKEY' && engine === 'redis')
    return `${what}, a form that only Valkey 9 and newer read; this is ${server}`;
  if (form.magic === 'REDIS' && engine === 'valkey') {
    return form.version < REDIS_ALONE ? undefined : `${what}, a form that Valkey does not read; this is ${server}`;
  }
  // A newer release than the table knows may write a newer version, and still reads what is older than itself.
  if (form.engine === engine && form.engineVersion !== undefined && atLeast(version, form.engineVersion))
    return undefined;
  const reads = WRITES[engine].find(([from]) => atLeast(version, from))?.[1] ?? 0;
  return form.version <= reads
    ? undefined
    : `${what}, and ${server} reads no more than version ${reads}: it needs a newer server`;
}

function writer({ magic, engine, engineVersion }: RdbForm): string {
  const valkey = engine === undefined ? magic === 'VALKEY' : engine === 'valkey';
  return [valkey ? 'Valkey' : 'Redis', ...(engineVersion === undefined ? [] : [engineVersion])].join(' ');
}
