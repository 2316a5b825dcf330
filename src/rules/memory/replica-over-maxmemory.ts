import { defineRule } from '../../domain/rule.ts';
import { bytes, percent } from '../../domain/units.ts';
import memory from '../../probes/memory.ts';

/** Allocators and buffers differ between primary and replica; a tenth is more than that. */
const OVER = 1.1;

export default defineRule({
  scope: 'node',
  needs: { memory },
  more:
    'A replica ignores maxmemory (the default) and holds whatever its primary holds, so it can outgrow its host, and on promotion it starts to evict or to refuse writes at once. ' +
    'Usually its limit was not raised together with that of the primary. ' +
    'Give it the same maxmemory and at least the same memory; leave replica-ignore-maxmemory alone.',
  explains: ['rss-near-memory-limit', 'oom-kill-observed', 'swap-in-use'],
  check({ memory: { now } }, { node, threshold }) {
    const { used_memory, maxmemory, effective } = now;
    const limit = threshold('over', OVER) * maxmemory;
    if (node.identity.role !== 'replica' || maxmemory === 0 || effective <= limit) return;
    return {
      severity: 'warning',
      headline: `This replica holds ${percent(effective / maxmemory)} of its maxmemory (${bytes(effective)} of ${bytes(maxmemory)})`,
      evidence: [
        {
          field: 'used_memory',
          value: String(used_memory),
          expected: `<= ${Math.floor(limit) + used_memory - effective}`,
        },
        { field: 'maxmemory', value: String(maxmemory), expected: 'as on the primary' },
      ],
    };
  },
});
