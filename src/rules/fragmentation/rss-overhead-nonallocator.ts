import { isWorthReading } from '../../domain/fragmentation.ts';
import { defineRule } from '../../domain/rule.ts';
import { bytes } from '../../domain/units.ts';
import memory from '../../probes/memory.ts';
import persistence from '../../probes/persistence.ts';

const RATIO = 1.2;
const ENOUGH_BYTES = 256 * 1024 * 1024;

export default defineRule({
  scope: 'node',
  needs: { memory, persistence },
  explains: ['rss-near-memory-limit', 'oom-kill-observed', 'swap-in-use'],
  tells: 'used_memory_rss is far above used_memory, and rss_overhead_bytes of INFO memory is most of the difference.',
  more:
    'The process holds this much memory that its allocator does not know of, so neither maxmemory nor defragmentation reaches it. ' +
    'Usually it belongs to Lua scripts or modules, or transparent huge pages make more resident than was asked for. ' +
    'Check used_memory_vm_total, the loaded modules, and whether /sys/kernel/mm/transparent_hugepage/enabled is always.',
  check({ memory: { now }, persistence }, { threshold }) {
    const { rss_overhead_ratio: ratio, rss_overhead_bytes: beside } = now;
    if (!isWorthReading(now)) return;
    if (ratio === undefined || beside === undefined) return { unassessed: 'INFO has no rss_overhead_ratio' };
    const allowed = threshold('ratio', RATIO);
    const enough = threshold('bytes', ENOUGH_BYTES);
    if (ratio <= allowed || beside <= enough || isForked(persistence.now)) return;
    return {
      severity: 'warning',
      headline: `${bytes(beside)} are resident beside what the allocator holds`,
      evidence: [
        { field: 'rss_overhead_ratio', value: String(ratio), expected: `<= ${allowed}` },
        { field: 'rss_overhead_bytes', value: String(beside), expected: `<= ${enough}` },
        {
          field: 'used_memory_vm_total',
          value: String(now.used_memory_vm_total ?? now.used_memory_lua ?? 'missing'),
          expected: 'not most of it',
        },
      ],
    };
  },
});

/** While a child shares its pages, what is resident says little. */
function isForked(now: { rdb_bgsave_in_progress: number; aof_rewrite_in_progress: number }): boolean {
  return now.rdb_bgsave_in_progress === 1 || now.aof_rewrite_in_progress === 1;
}
