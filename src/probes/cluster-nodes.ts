import { type ClusterView, parseClusterNodes } from '../domain/cluster.ts';
import { defineProbe, NotAnswered, textReply } from '../domain/probe.ts';

/** The cluster as this node sees it; nothing on a server that is in none. */
export default defineProbe<{ view?: ClusterView }>({
  sampled: 'pair',
  allows: [['CLUSTER', 'NODES']],
  fields: {},
  commands: ({ mode }) => (mode === 'cluster' ? [['CLUSTER', 'NODES']] : []),
  read(replies) {
    if (replies.length === 0) return {};
    const view = parseClusterNodes(textReply(replies[0]));
    if (!view) throw new NotAnswered('the reply of CLUSTER NODES cannot be read');
    return { view };
  },
});
