import { z } from 'zod';
import { defineAction, type PlannedCommand, type Scene } from '../domain/action.ts';
import { isLost, standings } from '../domain/cluster-slots.ts';
import { diskFails, diskGuard, whileDiskWorks } from '../domain/disk-guard.ts';
import { unsteady } from '../domain/replication-group.ts';
import { peerOf, type ReadNode, readNodes } from '../domain/snapshot.ts';
import {
  asksForMore,
  bestOf,
  type Heir,
  nobodyFit,
  tooFarBehind,
  unfitToFollow,
  watchMembers,
} from '../domain/successor.ts';
import { bytes } from '../domain/units.ts';
import { hasRole, isLinked } from '../domain/write-fence.ts';
import clients from '../probes/clients.ts';
import clusterInfo from '../probes/cluster-info.ts';
import clusterNodes, { sightsOf } from '../probes/cluster-nodes.ts';
import memory from '../probes/memory.ts';
import memoryConfig from '../probes/memory-config.ts';
import persistence from '../probes/persistence.ts';
import persistenceConfig from '../probes/persistence-config.ts';
import replication from '../probes/replication.ts';
import replicationConfig from '../probes/replication-config.ts';
import server from '../probes/server.ts';

/** A manual failover is given up after 5 s; the old primary then needs a moment to follow. */
const WITHIN_SECONDS = 25;

/** Swaps a primary of a cluster with one of its replicas, by the cluster's own handshake: no acknowledged write is lost. */
export default defineAction({
  args: z.strictObject({
    /** `host:port` of the replica; the one of the shard with the most data when absent. */
    to: z.string().optional(),
  }),
  needs: [
    clients,
    clusterInfo,
    clusterNodes,
    memory,
    memoryConfig,
    persistence,
    persistenceConfig,
    replication,
    replicationConfig,
    server,
  ],
  sends: [
    ['CLUSTER', 'FAILOVER'],
    ['CONFIG', 'SET'],
  ],
  risks: ['disruptive'],
  plan(args, scene) {
    const { node, snapshot } = scene;
    if (node.identity.mode !== 'cluster') return { refused: `${node.name} is in no cluster`, elsewhere: true };
    const shard = node.seat?.shard;
    const primary = readNodes(snapshot).find(({ seat }) => seat?.id === shard);
    if (primary?.identity.role !== 'primary') {
      return {
        refused: `the primary of the shard of ${node.name} could not be read: only while it lives can it hand over`,
      };
    }
    const odd = unsteady(primary) ?? notWhole(scene, primary);
    if (odd) return { refused: odd };
    const members = readNodes(snapshot).filter(({ seat }) => seat?.shard === shard);
    const replicas = members.filter(({ identity }) => identity.role === 'replica');
    const chosen = choose(scene, primary, replicas, args.to);
    if ('refused' in chosen) return chosen;
    const { heir, behind } = chosen;
    const asking = asksForMore(heir, scene.read(replicationConfig, heir).min_replicas_to_write, replicas.length);
    if (asking) return { refused: asking };
    const guard = diskGuard(
      primary,
      scene.read(persistence, primary),
      scene.read(persistenceConfig, primary).replica_ignore_disk_write_errors,
    );
    if ('refused' in guard) return guard;
    return {
      args: { to: heir.name },
      commands: [...guard.set, swap(primary, heir)],
      undo: [swap(heir, primary), ...guard.restore],
      undoWhile: [whileDiskWorks(primary)],
      ...(guard.otherwise.length > 0 && { otherwise: guard.otherwise }),
      impact: [
        `${heir.name} becomes the primary of this shard and ${primary.name} its replica. Writes of the shard wait until ${heir.name} has every byte (${bytes(behind)} behind now), 5 s at most; then everything stays as it is. No acknowledged write is lost.`,
        ...guard.impact,
        'The other primaries vote on it. Where this shard changed its roles less than four times cluster-node-timeout ago they may not: then nothing changes, and it can be asked for again later.',
        `Clients of a cluster follow MOVED by themselves; ${scene.read(clients, primary).connected_clients} are connected to ${primary.name}. The other shards notice nothing.`,
      ],
      risk: 'disruptive',
      watches: [
        ...watchMembers(members, 'cluster-nodes.primary'),
        { node: primary.name, reading: 'cluster-nodes.slots' },
        { node: primary.name, reading: 'cluster-info.cluster_state' },
      ],
    };
  },
});

/** Why the cluster cannot or should not swap this primary now. */
function notWhole(scene: Scene, primary: ReadNode): string | undefined {
  const { snapshot } = scene;
  if (scene.read(clusterInfo, primary).cluster_state !== 'ok') {
    return `the cluster is down as ${primary.name} sees it: repair that first`;
  }
  const open = scene.read(clusterNodes, primary).view?.open ?? [];
  if (open.length > 0) {
    return `${open.length === 1 ? 'a slot' : `${open.length} slots`} of ${primary.name} are being moved: finish or close that first`;
  }
  const standing = standings(sightsOf(snapshot).map(({ view }) => view)).get(primary.seat?.id ?? '');
  return standing && isLost(snapshot, standing)
    ? `most nodes do not hear ${primary.name}: it cannot hand over`
    : undefined;
}

function choose(
  scene: Scene,
  primary: ReadNode,
  replicas: readonly ReadNode[],
  name: string | undefined,
): { heir: ReadNode; behind: number } | { refused: string } {
  const used = scene.read(memory, primary).effective;
  const link = scene.read(replication, primary);
  const rowOf = (node: ReadNode) =>
    link.replicas.find(({ address }) => peerOf(scene.snapshot, primary, address) === node);
  const wanted = replicas.filter((node) => name === undefined || node.name === name);
  if (name !== undefined && wanted.length === 0)
    return { refused: `${name} is no replica of ${primary.name} that could be read` };
  const judged = wanted.map((node): { heir: Heir; because: string | undefined } => {
    const heir = { node, link: scene.read(replication, node), limit: scene.read(memoryConfig, node) };
    return {
      heir,
      because: unfitToFollow(heir, used) ?? diskFails(scene.read(persistence, node)) ?? tooFarBehind(link, rowOf(node)),
    };
  });
  const best = bestOf(judged.filter(({ because }) => because === undefined).map(({ heir }) => heir));
  if (!best) return { refused: nobodyFit(judged) };
  return { heir: best.node, behind: Math.max(0, (link.master_repl_offset ?? 0) - (rowOf(best.node)?.offset ?? 0)) };
}

/** It is sent to the replica, which asks its primary to hold back. */
function swap(from: ReadNode, to: ReadNode): PlannedCommand {
  const roles = [hasRole(from, 'slave'), hasRole(to, 'master')];
  return {
    node: to.name,
    argv: ['CLUSTER', 'FAILOVER'],
    applied: roles,
    until: { shows: [...roles, isLinked(from)], withinSeconds: WITHIN_SECONDS },
  };
}
