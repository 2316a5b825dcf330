import type { LargeEntry, LoggedCommand, SlowEntry } from '../../src/domain/slow-log.ts';

const LOGGED: LoggedCommand = {
  id: 1,
  at: 0,
  command: 'keys',
  shape: 'KEYS <pattern>',
  argumentCount: 1,
  client: '10.0.0.9:4000',
  clientName: '',
};

/** An entry of SLOWLOG: a KEYS of 20 ms, but for what is given. */
export function slowEntry(more: Partial<SlowEntry> = {}): SlowEntry {
  return { ...LOGGED, microseconds: 20_000, ...more };
}

/** An entry of COMMANDLOG: an HGETALL with a reply of 2 MB, but for what is given. */
export function largeEntry(more: Partial<LargeEntry> = {}): LargeEntry {
  return { ...LOGGED, command: 'hgetall', shape: 'HGETALL <key>', bytes: 2_000_000, ...more };
}
