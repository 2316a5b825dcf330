import type { Evidence } from './finding.ts';
import { growth, type Reading, rate } from './probe.ts';

/** The fields of INFO replication that say how much a server writes into its stream. */
interface Stream {
  master_repl_offset: number | undefined;
  repl_backlog_active: number | undefined;
}

/**
 * W, the bytes per second of the replication stream; undefined without a pair. Without an active backlog the offset
 * stands still or, from 7.2 on, counts commands instead of bytes (replication.c), so it says nothing.
 */
export function writeRate(reading: Reading<Stream>): number | undefined {
  const active = (sample: Stream | undefined) => sample?.repl_backlog_active === 1;
  if (!active(reading.now) || !active(reading.before)) return undefined;
  return rate(reading, (sample) => sample.master_repl_offset);
}

/** Error replies that a primary gives to a replica that may not log in or may not sync. */
const REFUSALS = ['NOAUTH', 'WRONGPASS', 'NOPERM', 'DENIED'];

/** What the primary of a broken link refused between the two samples: somebody's login fails, probably the replica's. */
export function refusals(primary: Reading<{ counts: ReadonlyMap<string, number> }> | undefined): Evidence[] {
  if (!primary) return [];
  return REFUSALS.flatMap((code) => {
    const grown = growth(primary, (sample) => sample.counts.get(code) ?? 0) ?? 0;
    return grown > 0 ? [{ field: `errorstat_${code} of the primary`, value: `+${grown}`, expected: '+0' }] : [];
  });
}
