import { atLeast, type ServerIdentity } from './server.ts';

const SLOT = 8;

/** From this share of its table on, the next doubling is near. */
const NEARLY = 0.9;

interface Counted {
  keys: number;
  expires: number;
}

/** Bytes of the table that is set up when so many entries have become so many: it is doubled at each power of two. */
export function doubled(then: number, now: number): number {
  const [from, to] = [power(then), power(now)];
  return to > from ? SLOT * to : 0;
}

/** Bytes of the tables that the next few keys will need at once; 0 where the server spreads that over many small ones. */
export function nextTables(databases: readonly Counted[], server: ServerIdentity): number {
  if (growsInSmallSteps(server)) return 0;
  const next = (count: number) => (count >= NEARLY * power(count) ? SLOT * 2 * power(count) : 0);
  return databases.reduce((sum, { keys, expires }) => sum + next(keys) + next(expires), 0);
}

/** Redis 7.4 and newer in cluster mode has a table a slot, Valkey 8.1 and newer one of another make. */
function growsInSmallSteps({ engine, version, mode }: ServerIdentity): boolean {
  return engine === 'valkey' ? atLeast(version, '8.1') : mode === 'cluster' && atLeast(version, '7.4');
}

/** The size of the table that holds so many. */
function power(count: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(4, count)));
}
