import type { Severity } from '../../domain/finding.ts';
import { nextTables } from '../../domain/key-table.ts';
import { LIMIT_UNCERTAIN, memoryLimit } from '../../domain/memory-limit.ts';
import { defineRule, type Here } from '../../domain/rule.ts';
import type { Point } from '../../domain/series.ts';
import { historyOf } from '../../domain/snapshot.ts';
import { type Measured, sparkline, type Trend, trendOf } from '../../domain/trend.ts';
import { bytes, duration } from '../../domain/units.ts';
import keyspace from '../../probes/keyspace.ts';
import memory from '../../probes/memory.ts';

/** Seconds until it is full: time to raise the limit, to act today, to plan. */
const CRITICAL = 3600;
const HIGH = 6 * 3600;
const WARNING = 24 * 3600;

/** Less says nothing of a trend. */
const ENOUGH_SAMPLES = 5;
const ENOUGH_SECONDS = 600;
const LOOKS_BACK_MS = 2 * 3_600_000;

/** A trend is believed for so many times as long as it was seen: a bulk load of minutes foretells no full memory tomorrow. */
const BELIEVED = 12;

/** Growth of less than this share of the limit is noise. */
const NOTICEABLE = 0.01;

/** It goes on while the last third grows at least by this share of the whole. */
const GOES_ON = 0.25;

/** Without maxmemory the kernel ends the server before the last byte is used. */
const LAST_BYTES = 0.95;

export default defineRule({
  scope: 'node',
  needs: { memory, keyspace },
  more:
    'At the growth of the last hours memory reaches its limit soon, and then writes are refused, data is evicted or the kernel ends the server. ' +
    'Usually keys without TTL, a queue whose consumers fell behind, or a new release that writes more. ' +
    'Find what grows (diagnose --deep shows the families of keys), and raise the limit or add TTLs while there is time.',
  explains: ['memory-near-maxmemory', 'rss-near-memory-limit'],
  check({ memory: { now }, keyspace }, here) {
    const goal = goalOf(now, here);
    if ('unassessed' in goal) return goal;
    const points = measured(goal, now, here);
    const trend = trendOf(points);
    const seconds = trend?.seconds ?? 0;
    if (!trend || points.length < ENOUGH_SAMPLES || seconds < ENOUGH_SECONDS)
      return { unassessed: tooShort(seconds, here) };
    // The table of the keys is doubled at once.
    const room = goal.limit - goal.used(now) - nextTables(keyspace.now.databases, here.node.identity);
    if (room <= 0 || !isGrowing(points, trend, goal.limit)) return;
    const left = room / trend.perSecond;
    const severity = severityOf(left, here.threshold);
    if (!severity || left > BELIEVED * seconds) return;
    const [soonest, latest] = [room / trend.high, room / trend.low];
    return {
      severity: goal.evicts ? 'info' : severity,
      headline: `Memory ${goal.happens} in about ${duration(left)}: it grows by ${bytes(trend.perSecond * 60)} a minute`,
      evidence: [
        {
          field: goal.field,
          value: String(goal.used(now)),
          expected: `steady, below ${Math.floor(goal.limit)} (${goal.from})`,
        },
        { field: `${goal.field} in ${duration(seconds)}`, value: drawn(points), expected: 'flat' },
        {
          field: 'time left',
          value: `${duration(soonest)} to ${duration(latest)}, ${confidence(trend)} confidence from ${trend.count} samples`,
          expected: `> ${duration(here.threshold('warning', WARNING))}`,
        },
      ],
    };
  },
});

interface Facts {
  used_memory: number;
  used_memory_rss: number;
  maxmemory: number;
  maxmemory_policy: string;
  effective: number;
  total_system_memory: number | undefined;
  mem_overhead_db_hashtable_rehashing?: number | undefined;
}

/** What memory grows towards, and what counts against it. */
interface Goal {
  field: 'used_memory' | 'used_memory_rss';
  limit: number;
  from: string;
  happens: string;
  /** A full cache is healthy. */
  evicts: boolean;
  used(now: Facts): number;
  kept(point: Point): number | undefined;
}

function goalOf(now: Facts, { node, snapshot, target }: Here): Goal | { unassessed: string } {
  // A replica outgrows its maxmemory, so that only the host stops it.
  if (now.maxmemory > 0 && node.identity.role === 'primary') {
    const keepsData = target.purpose !== undefined && target.purpose !== 'cache';
    const evicts = now.maxmemory_policy.startsWith('allkeys-') && !keepsData;
    return {
      field: 'used_memory',
      limit: now.maxmemory,
      from: 'maxmemory',
      happens: evicts ? 'is full and keys are evicted' : 'reaches maxmemory',
      evicts,
      used: ({ effective, mem_overhead_db_hashtable_rehashing: step = 0 }) => effective - step,
      kept: ({ values }) =>
        less(values.used_memory, values.mem_not_counted_for_evict, values.mem_overhead_db_hashtable_rehashing),
    };
  }
  const limit = memoryLimit(snapshot, node, now);
  if (!limit) return { unassessed: LIMIT_UNCERTAIN };
  return {
    field: 'used_memory_rss',
    limit: limit.bytes * LAST_BYTES,
    from: limit.from,
    happens: 'takes all that the server may use',
    evicts: false,
    used: ({ used_memory_rss }) => used_memory_rss,
    kept: ({ values }) => values.used_memory_rss,
  };
}

/** The table that is being doubled is a step that goes again, not growth. */
function less(used: number | undefined, ...parts: readonly (number | undefined)[]): number | undefined {
  return used === undefined ? undefined : parts.reduce<number>((rest, part) => rest - (part ?? 0), used);
}

/** What this process used, as far back as trends are looked at, without the moments at which freed memory was still being given back. */
function measured(goal: Goal, now: Facts, { node, snapshot }: Here): Measured[] {
  const { takenAt } = snapshot;
  const points = historyOf(snapshot, node).filter(
    ({ at, runId, values }) =>
      runId === node.identity.runId && takenAt - at <= LOOKS_BACK_MS && (values.lazyfree_pending_objects ?? 0) === 0,
  );
  const kept = points.flatMap((point) => {
    const value = goal.kept(point);
    return value === undefined ? [] : [{ at: point.at, value }];
  });
  return [...kept, { at: takenAt, value: goal.used(now) }];
}

/** It grew by more than noise, most of the time, and still does. */
function isGrowing(points: readonly Measured[], trend: Trend, limit: number): boolean {
  if (trend.low <= 0 || trend.perSecond * trend.seconds < NOTICEABLE * limit) return false;
  const [first, last] = [points[0]?.at ?? 0, points.at(-1)?.at ?? 0];
  const lately = trendOf(points.filter(({ at }) => at >= last - (last - first) / 3));
  return lately !== undefined && lately.perSecond >= GOES_ON * trend.perSecond;
}

function tooShort(seconds: number, { node, snapshot }: Here): string {
  const known = historyOf(snapshot, node).length > 0;
  return known
    ? `ten minutes of samples of one process are needed to see a trend, and there are ${duration(seconds)}`
    : 'one look cannot tell a trend: the running bot watches its targets and would know after ten minutes';
}

function severityOf(left: number, threshold: Here['threshold']): Severity | undefined {
  if (left < threshold('critical', CRITICAL)) return 'critical';
  if (left < threshold('high', HIGH)) return 'high';
  return left < threshold('warning', WARNING) ? 'warning' : undefined;
}

/** By how far the slopes between the samples lie apart. */
function confidence({ low, high, perSecond }: Trend): string {
  return (high - low) / perSecond <= 0.5 ? 'good' : 'fair';
}

function drawn(points: readonly Measured[]): string {
  const values = points.map(({ value }) => value);
  return `${sparkline(values) ?? ''} ${bytes(values[0] ?? 0)} to ${bytes(values.at(-1) ?? 0)}`;
}
