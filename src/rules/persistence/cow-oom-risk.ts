import { LIMIT_UNCERTAIN, memoryLimit } from '../../domain/memory-limit.ts';
import type { Reading } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { changeRate } from '../../domain/save-points.ts';
import { readingIfAny, readingOf } from '../../domain/snapshot.ts';
import { bytes, percent } from '../../domain/units.ts';
import clock from '../../probes/clock.ts';
import memory from '../../probes/memory.ts';
import persistence from '../../probes/persistence.ts';

const WARNING = 0.8;
const CRITICAL = 0.9;
/** With fewer writes the next child copies little. */
const BUSY_CHANGES_PER_SECOND = 1000;

type Disk = ReturnType<typeof persistence.read>;

/** What a fork child makes the kernel copy does not fit beside the data. */
export default defineRule({
  scope: 'node',
  needs: { memory, persistence },
  more:
    'While a snapshot or rewrite runs, every page that is written is copied; at the limit the kernel kills the server. ' +
    'Usually the host is sized for the data alone, writes are heavy, or huge pages make each copy 2 MiB. Put off planned ' +
    'saves (CONFIG SET save ""), lower the write load meanwhile, and give the host room for the copies.',
  explains: ['oom-kill-observed'],
  check({ memory: { now }, persistence: disk }, { node, snapshot, threshold }) {
    const running = disk.now.rdb_bgsave_in_progress === 1 || disk.now.aof_rewrite_in_progress === 1;
    const copied = running
      ? disk.now.current_cow_size
      : lastCopied(disk, () => readingOf(node, clock).now.epochSeconds);
    if (copied === undefined) return running ? { unassessed: 'INFO has no current_cow_size' } : undefined;
    const limit = memoryLimit(snapshot, node, now);
    if (!limit) return { unassessed: LIMIT_UNCERTAIN };
    const others = limit.sharedBy
      .filter((one) => one !== node)
      .reduce((sum, one) => sum + (readingIfAny(one, memory)?.now.used_memory_rss ?? 0), 0);
    const available = limit.bytes * limit.sharedBy.length;
    const needed = now.used_memory_rss + copied;
    const share = (needed + others) / available;
    const warning = threshold('warning', WARNING);
    if (share < warning) return limit.certain ? undefined : { unassessed: LIMIT_UNCERTAIN };
    return {
      severity: share >= threshold('critical', CRITICAL) ? 'critical' : 'warning',
      headline: `${running ? 'With what its child has copied so far' : 'With what its last child copied'} the server ${running ? 'holds' : 'would hold'} ${bytes(needed)}: ${percent(share)} of the ${bytes(available)} that there are are taken (${limit.from})`,
      evidence: [
        {
          field: 'used_memory_rss',
          value: String(now.used_memory_rss),
          expected: `< ${Math.floor(warning * available - copied - others)}`,
        },
        {
          field: running ? 'current_cow_size' : 'rdb_last_cow_size, aof_last_cow_size',
          value: String(copied),
          expected: 'small beside what is free',
        },
      ],
    };
  },
});

/** Without a child: what the last one copied, where writes are so many that the next one will copy as much. */
function lastCopied(disk: Reading<Disk>, epochSeconds: () => number): number | undefined {
  const last = Math.max(disk.now.rdb_last_cow_size ?? 0, disk.now.aof_last_cow_size ?? 0);
  if (last === 0) return undefined;
  return changeRate(disk, epochSeconds()) > BUSY_CHANGES_PER_SECOND ? last : undefined;
}
