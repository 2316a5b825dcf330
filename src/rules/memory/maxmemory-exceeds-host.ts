import { fragmentation } from '../../domain/headroom.ts';
import { LIMIT_UNCERTAIN, memoryLimit } from '../../domain/memory-limit.ts';
import { defineRule } from '../../domain/rule.ts';
import { type ReadNode, readingIfAny } from '../../domain/snapshot.ts';
import { bytes } from '../../domain/units.ts';
import memory from '../../probes/memory.ts';
import persistence from '../../probes/persistence.ts';
import replication from '../../probes/replication.ts';

export default defineRule({
  scope: 'node',
  needs: { memory, persistence, replication },
  explains: ['rss-near-memory-limit', 'cow-oom-risk', 'oom-kill-observed', 'swap-in-use'],
  tells: 'used_memory itself is near the limit: data and buffers, not what lies around them.',
  latent: true,
  more:
    'Before this server reaches maxmemory, with fragmentation, buffers and the copy-on-write of a save on top, the kernel will kill it: nothing is evicted and no write is refused before that. ' +
    'Usually maxmemory was set to all of the memory, or the container was made smaller later. ' +
    'Give it more memory, or lower maxmemory step by step; below what is used it evicts or refuses writes at once.',
  check({ memory: { now } }, { node, snapshot }) {
    if (now.maxmemory === 0) return;
    const limit = memoryLimit(snapshot, node, now);
    if (!limit) return { unassessed: LIMIT_UNCERTAIN };
    const { certain, from, sharedBy } = limit;
    // Servers that share a host are told once, for all of them.
    if (sharedBy[0] !== node) return;
    const available = limit.bytes * sharedBy.length;
    const needed = sum(sharedBy.map(needOf));
    if (needed <= available) return certain ? undefined : { unassessed: LIMIT_UNCERTAIN };
    const allowed = sum(sharedBy.map((one) => readingIfAny(one, memory)?.now.maxmemory ?? 0));
    const whose = sharedBy.length > 1 ? `The ${sharedBy.length} servers on this host` : 'This server';
    return {
      // That only the estimate on top exceeds the RAM of a host, where INFO may not show all, is a warning.
      severity: certain || allowed >= available ? 'high' : 'warning',
      headline: `${whose} would take ${bytes(needed)} at maxmemory and may use ${bytes(available)} (${from})`,
      evidence: [
        { field: 'maxmemory', value: String(allowed), expected: `<= ${Math.floor((available * allowed) / needed)}` },
        {
          field: 'maxmemory x fragmentation + copy-on-write + buffers',
          value: String(Math.round(needed)),
          expected: `<= ${available}`,
        },
      ],
    };
  },
});

/** What a full server takes: its data with fragmentation, and what eviction does not count. */
function needOf(node: ReadNode): number {
  const facts = readingIfAny(node, memory)?.now;
  if (!facts) return 0;
  const {
    rdb_last_cow_size = 0,
    aof_last_cow_size = 0,
    current_cow_peak = 0,
  } = readingIfAny(node, persistence)?.now ?? {};
  return (
    facts.maxmemory * fragmentation(facts) +
    Math.max(rdb_last_cow_size, aof_last_cow_size, current_cow_peak) +
    (facts.mem_not_counted_for_evict ?? 0) +
    (readingIfAny(node, replication)?.now.repl_backlog_size ?? 0)
  );
}

function sum(figures: readonly number[]): number {
  return figures.reduce((all, one) => all + one, 0);
}
