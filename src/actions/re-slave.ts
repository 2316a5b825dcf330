import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { wouldWipe } from '../domain/copy-check.ts';
import { fullSync } from '../domain/headroom.ts';
import { followCommand, managedElsewhere, unsteady, watch } from '../domain/replication-group.ts';
import { primaryOf } from '../domain/snapshot.ts';
import { duration } from '../domain/units.ts';
import { FENCE, FENCE_READING, fenceOf, hasRole } from '../domain/write-fence.ts';
import clientList from '../probes/client-list.ts';
import keyspace from '../probes/keyspace.ts';
import memory from '../probes/memory.ts';
import persistence from '../probes/persistence.ts';
import replication from '../probes/replication.ts';
import replicationConfig from '../probes/replication-config.ts';
import server from '../probes/server.ts';
import stats from '../probes/stats.ts';

/**
 * Makes a replica forget its history and take a full copy. Only leaving the replica state does that, so the server
 * is a primary for a moment; min-replicas-to-write keeps it from accepting a single write meanwhile.
 */
export default defineAction({
  args: z.strictObject({}),
  needs: [clientList, keyspace, memory, persistence, replication, replicationConfig, server, stats],
  sends: [['CONFIG', 'SET'], ['REPLICAOF']],
  risks: ['destructive'],
  plan(args, scene) {
    const { node, snapshot } = scene;
    const { primary: address, role } = node.identity;
    if (role !== 'replica' || !address) return { refused: `${node.name} is not a replica` };
    const odd =
      unsteady(node) ??
      managedElsewhere(
        snapshot,
        node,
        scene.read(clientList).map((client) => client.name),
      );
    if (odd) return { refused: odd };
    const own = scene.read(replication);
    if (own.master_sync_in_progress === 1) return { refused: `${node.name} is taking a full copy already` };
    const primary = primaryOf(snapshot, node);
    if (!primary)
      return {
        refused: `the primary of ${node.name} could not be read: without it this would leave the replica empty-handed`,
      };
    if (primary.identity.role !== 'primary')
      return { refused: `${primary.name} is a replica itself: repair its own link first` };
    const unfit = unsteady(primary);
    if (unfit) return { refused: unfit };
    const { keys } = scene.read(keyspace);
    const wiped = wouldWipe(primary, scene.read(keyspace, primary).keys, node, keys);
    if (wiped) return { refused: wiped };
    const fence = fenceOf(node, scene.read(replicationConfig));
    if ('refused' in fence) return fence;
    const sync = fullSync(
      snapshot,
      primary,
      scene.read(memory, primary),
      scene.read(persistence, primary),
      scene.read(stats, primary).instantaneous_ops_per_sec,
    );
    if ('refused' in sync) return sync;
    return {
      args,
      commands: [
        fence.set,
        {
          node: node.name,
          argv: ['REPLICAOF', 'NO', 'ONE'],
          applied: [hasRole(node, 'master')],
        },
        followCommand(node, address),
        fence.restore,
      ],
      otherwise: [
        { ...followCommand(node, address), unless: [hasRole(node, 'slave')] },
        { ...fence.restore, unless: [hasRole(node, 'master')] },
      ],
      undo: 'The data of this replica is replaced by a full copy: there is no way back.',
      impact: [
        `Last resort: ${node.name} throws its ${keys} keys away and copies those of ${primary.name}. Writes that were made on the replica itself are lost.`,
        ...sync.impact,
        ...(own.connected_slaves > 0 ? [`Its own ${own.connected_slaves} replicas take a full copy after it.`] : []),
        `For a moment it is a primary. min-replicas-to-write ${FENCE} is set first, so it refuses writes (NOREPLICAS) even if this stops half way.`,
        ...(own.master_link_status === 'up'
          ? []
          : [
              `Its link has been down for ${duration(Math.max(0, own.master_link_down_since_seconds ?? 0))}: if network, address or password is the cause, this does not help.`,
            ]),
      ],
      risk: 'destructive',
      watches: [
        ...watch(
          node,
          'replication.master_host',
          'replication.master_port',
          'replication.master_replid',
          FENCE_READING,
        ),
        ...watch(primary, 'replication.master_replid'),
      ],
    };
  },
});
