import { SLOTS, slotCount, slotsText } from '../../domain/cluster.ts';
import { gapsIn, lostIn } from '../../domain/cluster-slots.ts';
import { defineRule } from '../../domain/rule.ts';
import clusterConfig, { settingOf } from '../../probes/cluster-config.ts';
import clusterNodes, { judgeCluster } from '../../probes/cluster-nodes.ts';

/** Hash slots that no living primary serves: every command on their keys fails. */
export default defineRule({
  scope: 'target',
  needs: { clusterNodes, clusterConfig },
  more:
    'Keys belong to 16,384 hash slots, and commands on keys of these slots are refused, with cluster-require-full-coverage ' +
    'all commands. Usually their primary died without a replica that took over, or a reshard or DELSLOTS was left half done. ' +
    'Bring the owner back first: CLUSTER ADDSLOTSRANGE or redis-cli --cluster fix give the slots away empty, which is right ' +
    'only when the data is known to be lost.',
  explains: ['cluster-state-fail', 'cluster-view-disagreement'],
  check: (_all, { snapshot, target }) =>
    judgeCluster(snapshot, (sights) => {
      const views = sights.map(({ view }) => view);
      const { unowned, orphaned } = gapsIn(views, lostIn(snapshot, views));
      const [missing, lost] = [slotCount(unowned), slotCount(orphaned)];
      if (missing + lost === 0) return [];
      const strict = settingOf(snapshot, 'cluster_require_full_coverage') !== 'no';
      return [
        {
          node: target.name,
          severity: 'critical',
          headline:
            missing === SLOTS
              ? 'No slot of the cluster has an owner: it was not created yet, or was reset'
              : `${missing + lost} of ${SLOTS} slots are served by nobody`,
          evidence: [
            ...(missing > 0 ? [{ field: 'slots without an owner', value: slotsText(unowned), expected: 'none' }] : []),
            ...(lost > 0 ? [{ field: 'slots of failed primaries', value: slotsText(orphaned), expected: 'none' }] : []),
            {
              field: 'cluster-require-full-coverage',
              value: strict ? 'yes' : 'no',
              expected: strict ? 'with "no" the other slots would go on' : 'the other slots go on',
            },
          ],
        },
      ];
    }),
});
