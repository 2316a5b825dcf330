import { memoryLimit } from '../domain/memory-limit.ts';
import { defineFigure } from '../domain/readiness.ts';
import { historyOf } from '../domain/snapshot.ts';
import { trendOf } from '../domain/trend.ts';
import { bytes, duration, percent } from '../domain/units.ts';
import memory from '../probes/memory.ts';

/** Less than this many seconds of history say nothing of a trend. */
const ENOUGH_SECONDS = 600;
/** A store that is full within this time needs somebody now. */
const SOON_SECONDS = 7 * 86_400;

/** How full the memory is and, where it has been watched, when it will be full. */
export default defineFigure({
  needs: { memory },
  tell({ memory: { now } }, { node, snapshot }) {
    const known = now.maxmemory > 0 ? { bytes: now.maxmemory, from: 'maxmemory' } : memoryLimit(snapshot, node, now);
    if (!known) return { unassessed: 'no limit of the memory is known' };
    const used = now.maxmemory > 0 ? now.effective : now.used_memory_rss;
    const full = `${percent(used / known.bytes)} of ${bytes(known.bytes)} (${known.from}) in use`;
    if (now.maxmemory_policy.startsWith('allkeys') && now.maxmemory > 0) {
      return { said: `${full}; at the limit it evicts, as ${now.maxmemory_policy} says`, ok: true };
    }
    const points = historyOf(snapshot, node).flatMap(({ at, values }) =>
      values.used_memory === undefined ? [] : [{ at, value: values.used_memory }],
    );
    const trend = trendOf(points);
    if (!trend || trend.seconds < ENOUGH_SECONDS)
      return { said: `${full}; how it grows is not known without a history` };
    if (trend.perSecond <= 0) return { said: `${full}, and it does not grow`, ok: true };
    const left = (known.bytes - used) / trend.perSecond;
    return {
      said: `${full}; at the growth of the last ${duration(trend.seconds)} it is full in ${duration(left)}`,
      ok: left > SOON_SECONDS,
      fix:
        left > SOON_SECONDS ? '' : 'Raise the limit, add TTLs, or find what grows (diagnose --deep) before it is full.',
    };
  },
});
