import { LIMIT_UNCERTAIN, memoryLimit } from '../../domain/memory-limit.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingIfAny } from '../../domain/snapshot.ts';
import { bytes, percent } from '../../domain/units.ts';
import memory from '../../probes/memory.ts';

const WARNING = 0.85;
const CRITICAL = 0.95;

export default defineRule({
  scope: 'node',
  needs: { memory },
  more:
    'The kernel counts resident memory, not used_memory, and at the limit it kills the server without a word to its clients. ' +
    'Usually maxmemory is too high or missing for this host, or memory that was freed is fragmented or kept by the allocator. ' +
    'Start no save or rewrite now; free memory (MEMORY PURGE gives back what the allocator keeps), lower maxmemory if keys may go, or move to a larger host.',
  explains: ['cow-oom-risk', 'oom-kill-observed', 'swap-in-use', 'fork-failing'],
  check({ memory: { now } }, { node, snapshot, threshold }) {
    const limit = memoryLimit(snapshot, node, now);
    if (!limit) return { unassessed: LIMIT_UNCERTAIN };
    const { certain, from, sharedBy } = limit;
    const resident = sharedBy.map((one) => readingIfAny(one, memory)?.now.used_memory_rss ?? 0);
    const available = limit.bytes * sharedBy.length;
    const used = resident.reduce((all, one) => all + one, 0);
    const warning = threshold('warning', WARNING);
    if (used < warning * available) return certain ? undefined : { unassessed: LIMIT_UNCERTAIN };
    // Of servers that share a host, the kernel ends the largest first.
    if (now.used_memory_rss < Math.max(...resident)) return;
    return {
      severity: used >= threshold('critical', CRITICAL) * available ? 'critical' : 'warning',
      headline: `Resident memory is at ${percent(used / available)} of what may be used: ${bytes(used)} of ${bytes(available)} (${from})`,
      evidence: [
        {
          field: 'used_memory_rss',
          value: String(used),
          expected: `< ${Math.floor(warning * available)}`,
        },
        { field: 'used_memory', value: String(now.used_memory), expected: 'near used_memory_rss' },
      ],
    };
  },
});
