import { defineRule } from '../../domain/rule.ts';
import { savePoints } from '../../domain/save-points.ts';
import { type ReadNode, readingIfAny, readingOf, replicasOf } from '../../domain/snapshot.ts';
import persistence from '../../probes/persistence.ts';
import persistenceConfig from '../../probes/persistence-config.ts';

/** Neither snapshots nor an append-only file: a restart comes back empty. */
export default defineRule({
  scope: 'node',
  needs: { persistence },
  latent: true,
  more:
    'Nothing is written to disk, so a crash or restart loses all data; and when the primary of a replication group ' +
    'comes back empty, its replicas copy the empty set. For a cache that is a fair choice. Otherwise switch on the ' +
    'append-only file at runtime (CONFIG SET appendonly yes, wait for the rewrite, then CONFIG REWRITE, in that order).',
  explains: ['shutdown-would-lose-data'],
  check({ persistence }, { node, snapshot, target }) {
    if (node.identity.role !== 'primary' || persistence.now.aof_enabled === 1) return;
    const { save } = readingOf(node, persistenceConfig).now;
    if (savePoints(save).length > 0) return;
    const replicas = replicasOf(snapshot, node).map(persists);
    const covered = replicas.includes(true);
    const unseen = node.identity.replicas.length > replicas.filter((known) => known !== undefined).length;
    const matters = target.purpose !== undefined && target.purpose !== 'cache';
    return {
      severity: matters && !covered && !unseen ? 'high' : 'info',
      headline: covered
        ? 'The primary persists nothing, only a replica does: a primary that restarts empty empties the replicas'
        : `Neither RDB nor AOF is configured${target.purpose ? ` on a ${target.purpose}` : ''}: a restart loses all data`,
      evidence: [
        {
          field: 'save',
          value: save,
          expected: matters ? 'save points, or AOF' : 'empty, for a cache',
        },
        { field: 'aof_enabled', value: '0', expected: matters ? '1' : '0, for a cache' },
        ...(unseen
          ? [
              {
                field: 'connected_slaves',
                value: String(node.identity.replicas.length),
                expected: 'replicas that can be read',
              },
            ]
          : []),
      ],
    };
  },
});

/** Undefined when it could not be read. */
function persists(replica: ReadNode): boolean | undefined {
  const aof = readingIfAny(replica, persistence)?.now.aof_enabled;
  const save = readingIfAny(replica, persistenceConfig)?.now.save;
  if (aof === 1 || (save !== undefined && savePoints(save).length > 0)) return true;
  return aof === undefined || save === undefined ? undefined : false;
}
