import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { bytes } from '../../domain/units.ts';
import clusterInfo from '../../probes/cluster-info.ts';
import memory from '../../probes/memory.ts';

/** Links to other nodes carry gossip and published messages: a few kB each while all is well. */
const WARNING_BYTES = 100 * 1024 * 1024;

/** Messages to other nodes pile up, or were thrown away with their link. */
export default defineRule({
  scope: 'node',
  needs: { clusterInfo, memory },
  more:
    'What this node sends to its peers over the cluster bus is not taken fast enough. Nearly always it is PUBLISH, which a ' +
    'cluster sends to every node: move to sharded channels (SPUBLISH, 7.0), or publish less. A peer that is stuck or a slow ' +
    'network does it too; cluster-link-sendbuf-limit bounds the memory by dropping such links.',
  explains: [
    'overhead-dominates-maxmemory',
    'rss-near-memory-limit',
    'memory-near-maxmemory',
    'memory-over-limit-sustained',
    'oom-errors-despite-eviction',
    'oom-noeviction-writes-rejected',
    'oom-volatile-policy-nothing-to-evict',
  ],
  tells: 'mem_cluster_links of INFO memory is about what memory has grown by.',
  check({ clusterInfo, memory }, { threshold }) {
    const { facts } = clusterInfo.now;
    if (facts && facts.linkBufferOverruns === undefined && memory.now.mem_cluster_links === undefined) {
      return { unassessed: 'the buffers of the cluster bus are shown from Redis 7.0 on' };
    }
    const dropped = growth(clusterInfo, (sample) => sample.facts?.linkBufferOverruns) ?? 0;
    const held = memory.now.mem_cluster_links ?? 0;
    const warning = threshold('warningBytes', WARNING_BYTES);
    if (dropped === 0 && held <= warning) return;
    return {
      severity: 'warning',
      headline:
        dropped > 0
          ? `${dropped} links to other nodes were dropped because their buffer was full`
          : `${bytes(held)} wait to be sent to other nodes`,
      evidence: [
        { field: 'mem_cluster_links', value: bytes(held), expected: `<= ${bytes(warning)}` },
        ...(dropped > 0
          ? [{ field: 'total_cluster_links_buffer_limit_exceeded', value: `+${dropped}`, expected: '+0' }]
          : []),
      ],
    };
  },
});
