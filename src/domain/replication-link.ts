import type { Evidence } from './finding.ts';
import { growth, type Reading, rate } from './probe.ts';
import { type Point, rateBetween } from './series.ts';

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

const ENOUGH_WINDOWS = 10;
const PEAK = 0.95;

/**
 * The write rate that buffers must be sized for: what `watch` has seen, less its highest twentieth, or the rate of this
 * pair where that is more.
 */
export function peakWriteRate(reading: Reading<Stream>, history: readonly Point[]): number | undefined {
  const now = writeRate(reading);
  const seen = history
    .map((after, at) => {
      const before = history[at - 1];
      return before && rateBetween(before, after, 'master_repl_offset');
    })
    .filter((rate) => rate !== undefined)
    .toSorted((one, other) => one - other);
  if (seen.length < ENOUGH_WINDOWS) return now;
  return Math.max(now ?? 0, seen[Math.ceil(seen.length * PEAK) - 1] ?? 0);
}

/** A primary with replicas writes a PING of 14 bytes into its stream every 10 s, or every second where so configured. */
const PINGS_PER_SECOND = 20;

/** True when the server took writes between the two samples; undefined without a pair. */
export function tookWrites(
  link: Reading<Stream>,
  disk: Reading<{ rdb_changes_since_last_save: number }>,
): boolean | undefined {
  if (!link.before || !disk.before) return undefined;
  const changes = growth(disk, (sample) => sample.rdb_changes_since_last_save);
  // A save sets the count back; then the stream has to tell.
  return changes === undefined ? (writeRate(link) ?? 0) > PINGS_PER_SECOND : changes > 0;
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
