import { slotCount } from '../../domain/cluster.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingOf } from '../../domain/snapshot.ts';
import clusterNodes from '../../probes/cluster-nodes.ts';
import clusterSlotStats from '../../probes/cluster-slot-stats.ts';
import keyspace from '../../probes/keyspace.ts';
import memory from '../../probes/memory.ts';

/** Keys come and go between two questions. */
const FEWEST = 100;

/** Keys on a primary in slots that it does not own: nobody can reach them, and they take memory. */
export default defineRule({
  scope: 'node',
  needs: { clusterNodes, keyspace, memory },
  more:
    'These keys lie in slots that belong to another node or to nobody, so that every command on them is redirected or refused. ' +
    'They are left by a slot that was given away without its keys (SETSLOT NODE, DELSLOTS), a broken reshard or a restored dump of ' +
    'another node. Find out first whether the owner of the slot has them too; then give the slot back, or delete the copies.',
  check({ clusterNodes: { now }, keyspace, memory }, { node, threshold }) {
    const { view } = now;
    if (view?.myself.role !== 'primary' || view.open.length > 0) return;
    if ((memory.now.mem_cluster_slot_import ?? 0) > 0) return;
    const keys = Math.min(keyspace.now.keys, keyspace.before?.keys ?? keyspace.now.keys);
    const fewest = threshold('fewest', FEWEST);
    if (keys < fewest) return;
    const owned = slotCount(view.myself.slots) === 0 ? 0 : ownedKeys(readingOf(node, clusterSlotStats).now.slots);
    if (owned === undefined || keys - owned < fewest) return;
    return {
      severity: 'warning',
      headline: `${(keys - owned).toLocaleString('en')} keys lie in slots that ${node.name} does not own`,
      evidence: [
        {
          field: 'keys',
          value: String(keys),
          expected: `${owned}, those in its ${slotCount(view.myself.slots)} slots`,
        },
      ],
    };
  },
});

function ownedKeys(slots: readonly { keys: number }[] | undefined): number | undefined {
  return slots?.reduce((sum, { keys }) => sum + keys, 0);
}
