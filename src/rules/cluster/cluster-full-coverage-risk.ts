import { defineRule } from '../../domain/rule.ts';
import clusterConfig, { settingOf } from '../../probes/cluster-config.ts';
import clusterNodes, { judgeCluster } from '../../probes/cluster-nodes.ts';

/** The default: the loss of one shard stops all. */
export default defineRule({
  scope: 'target',
  needs: { clusterNodes, clusterConfig },
  more:
    'With cluster-require-full-coverage yes every node refuses all commands as soon as one slot has no living owner. That is ' +
    'right where an answer from half of the data would be wrong; where shards are independent, set it to no on all nodes, and ' +
    'cluster-allow-reads-when-down to yes where stale reads are better than none.',
  check: (_all, { snapshot, target }) =>
    judgeCluster(snapshot, (sights) => {
      const shards = sights.filter(({ view }) => view.myself.role === 'primary' && view.myself.slots.length > 0).length;
      const strict = settingOf(snapshot, 'cluster_require_full_coverage');
      if (strict === undefined) return { unassessed: 'cluster-require-full-coverage could not be read' };
      if (strict !== 'yes' || shards < 2) return [];
      const reads = settingOf(snapshot, 'cluster_allow_reads_when_down') ?? 'no';
      return [
        {
          node: target.name,
          severity: 'info',
          headline: `The loss of one of ${shards} shards stops the whole cluster`,
          evidence: [
            { field: 'cluster-require-full-coverage', value: strict, expected: 'no, where shards are independent' },
            {
              field: 'cluster-allow-reads-when-down',
              value: reads,
              expected: 'yes, where stale reads are better than none',
            },
          ],
        },
      ];
    }),
});
