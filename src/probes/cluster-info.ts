import { parseInfo } from '../domain/info.ts';
import { defineProbe, NotAnswered, textReply } from '../domain/probe.ts';

/** Whether a node of a cluster takes commands, and how many slots it believes to be served; nothing where there is none. */
export default defineProbe<{ facts?: ClusterFacts; cluster_state?: string; cluster_slots_assigned?: number }>({
  sampled: 'pair',
  allows: [['CLUSTER', 'INFO']],
  fields: { cluster_state: 'text', cluster_slots_assigned: 'number' },
  // While it loads its data a server refuses the question.
  commands: ({ mode, loading }) => (mode === 'cluster' && !loading ? [['CLUSTER', 'INFO']] : []),
  read(replies) {
    if (replies.length === 0) return {};
    const told = parseInfo(textReply(replies[0]));
    const state = told.text('cluster_state');
    const assigned = told.number('cluster_slots_assigned');
    if (state === undefined || assigned === undefined) throw new NotAnswered('CLUSTER INFO has no cluster_state');
    return {
      cluster_state: state,
      cluster_slots_assigned: assigned,
      facts: {
        state,
        assigned,
        unserved: told.number('cluster_slots_fail') ?? 0,
        doubtful: told.number('cluster_slots_pfail') ?? 0,
        knownNodes: told.number('cluster_known_nodes') ?? 0,
        primaries: told.number('cluster_size') ?? 0,
        linkBufferOverruns: told.number('total_cluster_links_buffer_limit_exceeded'),
      },
    };
  },
});

export interface ClusterFacts {
  /** ok or fail. */
  state: string;
  /** Slots that have an owner. */
  assigned: number;
  /** Slots whose owner has failed. */
  unserved: number;
  /** Slots whose owner does not answer this node. */
  doubtful: number;
  knownNodes: number;
  /** Primaries with slots, those that vote. */
  primaries: number;
  /** Since the start; 7.0 and newer. */
  linkBufferOverruns: number | undefined;
}
