import { z } from 'zod';
import { defineAction, type Plan, type PlannedCommand, type Scene } from '../domain/action.ts';
import { BackupId, type KeptBackup, keysIn } from '../domain/backup.ts';
import { backupsByGroup } from '../domain/backup-state.ts';
import type { SlotRange } from '../domain/cluster.ts';
import { listed } from '../domain/cluster-names.ts';
import { keysFor, NO_CEILING, roomForKeys } from '../domain/keys-back.ts';
import { again, effort, whatComes, whatIsLeftOut, whichSlots } from '../domain/keys-back-told.ts';
import { memoryLimit } from '../domain/memory-limit.ts';
import { adviceFor, withholds } from '../domain/provider.ts';
import { whyNotLoadable } from '../domain/rdb-version.ts';
import { headOf } from '../domain/replication-graph.ts';
import { unsteady, watch } from '../domain/replication-group.ts';
import { backupMeant } from '../domain/restore.ts';
import { atLeast } from '../domain/server.ts';
import { type ReadNode, replicasOf } from '../domain/snapshot.ts';
import backups from '../probes/backups.ts';
import clusterConfig from '../probes/cluster-config.ts';
import clusterInfo from '../probes/cluster-info.ts';
import clusterNodes from '../probes/cluster-nodes.ts';
import keyspace from '../probes/keyspace.ts';
import memoryProbe from '../probes/memory.ts';
import memoryConfig, { carriedTo } from '../probes/memory-config.ts';
import persistence from '../probes/persistence.ts';
import replication from '../probes/replication.ts';
import sentinelMaster from '../probes/sentinel-master.ts';
import server from '../probes/server.ts';

const Args = z.strictObject({
  backup: BackupId.optional(),
  /** What becomes of a key that is there: it is kept, or replaced by that of the backup. */
  existing: z.enum(['keep', 'replace']).default('keep'),
});
type Args = z.infer<typeof Args>;

/**
 * Puts the keys of a backup back one by one, with RESTORE over a plain connection: also where REPLICAOF is refused or would
 * be undone. In a cluster a node gets the keys of the slots that it serves.
 */
export default defineAction({
  args: Args,
  needs: [
    backups,
    clusterConfig,
    clusterInfo,
    clusterNodes,
    keyspace,
    memoryProbe,
    memoryConfig,
    persistence,
    replication,
    sentinelMaster,
    server,
  ],
  sends: [['SELECT'], ['EXISTS'], ['RESTORE'], ['DUMP'], ['FUNCTION', 'RESTORE']],
  risks: ['disruptive', 'destructive'],
  plan(args, scene) {
    const { node, snapshot } = scene;
    const kept = scene.read(backups);
    if (kept.place === undefined)
      return { refused: 'no place for backups is set up: add the key backups to medic.yml' };
    const served = slotsServed(scene);
    if (served && 'refused' in served) return served;
    const odd = unsteady(node) ?? wrongRole(scene) ?? noSafetyCopy(args, scene);
    if (odd) return { refused: odd };
    const group = backupsByGroup(snapshot, kept).find(({ head }) => head === headOf(snapshot, node));
    // Of another shard too: this node takes its own slots from it.
    const known = args.backup === undefined ? (group?.backups ?? []) : kept.backups;
    if (known.length === 0 && kept.backups.length > 0) return { refused: ofOthers(node, kept.backups) };
    const backup = backupMeant(known, args.backup, snapshot.target.name);
    if ('refused' in backup) return backup;
    const unfit = unfitHere(scene, backup);
    if (unfit) return { refused: unfit };
    const memory = scene.read(memoryProbe);
    const wanted = keysFor(backup, served);
    if (wanted === 0) return { refused: `${backup.id} holds no keys of the slots that ${node.name} serves` };
    const room = roomForKeys(node, backup, {
      wanted: wanted ?? keysIn(backup),
      there: wanted === undefined ? keysIn(backup) : scene.read(keyspace).keys,
      used: memory.used_memory,
      maxmemory: memory.maxmemory,
      policy: memory.maxmemory_policy,
      limit: memoryLimit(snapshot, node, memory),
    });
    if ('refused' in room) return room;
    return planned(args, scene, { backup, served, wanted, room, bytesPerSecond: kept.bytesPerSecond });
  },
});

/** Undefined outside a cluster. */
function slotsServed(scene: Scene): readonly SlotRange[] | { refused: string } | undefined {
  const { node } = scene;
  if (node.identity.mode !== 'cluster' || node.identity.role !== 'primary' || node.identity.loading) return undefined;
  const { view } = scene.read(clusterNodes);
  if (!view) return { refused: `${node.name} does not show which slots it serves` };
  if (view.myself.slots.length === 0) return { refused: `${node.name} serves no slots, so no key belongs there` };
  if (view.open.length > 0) {
    return {
      refused: `${view.open.length} slots of ${node.name} are on the way to or from another node: let the move end, or close them (playbook finish-slot-move)`,
    };
  }
  if (scene.read(clusterInfo).cluster_state !== 'ok') {
    return {
      refused: `the cluster is down as ${node.name} sees it, so that it refuses keys (CLUSTERDOWN): repair it first`,
    };
  }
  return view.myself.slots;
}

/** A cluster may have new nodes since its backups were taken. */
function ofOthers(node: ReadNode, others: readonly KeptBackup[]): string {
  const servers = [...new Set(others.map((backup) => backup.node))];
  return `no backup is of ${node.name}: name the one that holds its keys. There are ${others.length}, of ${listed(servers)} (redis-medic backup list)`;
}

function wrongRole(scene: Scene): string | undefined {
  const { node } = scene;
  return node.identity.role === 'replica'
    ? `${node.name} is a replica of ${scene.read(replication).master_host}: restore its primary, and it follows`
    : undefined;
}

function noSafetyCopy({ existing }: Args, { node }: Scene): string | undefined {
  const { provider } = node.identity;
  if (existing === 'keep' || !provider || !withholds(provider.id, ['PSYNC'])) return undefined;
  return `what is there cannot be copied first. ${adviceFor(provider.id, ['BGSAVE'])}; or keep what is there (existing: keep)`;
}

function unfitHere({ node }: Scene, backup: KeptBackup): string | undefined {
  const { engine, version, mode } = node.identity;
  const unfit = whyNotLoadable({ ...backup, version: backup.rdbVersion }, { engine, version });
  if (unfit !== undefined) return unfit;
  const more = backup.databases.some(({ database, keys }) => database > 0 && keys > 0);
  const oneOnly = mode === 'cluster' && !(engine === 'valkey' && atLeast(version, '9.0'));
  return more && oneOnly ? `${backup.id} holds more than database 0, and a cluster has no other` : undefined;
}

interface Chosen {
  backup: KeptBackup;
  served: readonly SlotRange[] | undefined;
  /** Keys of its slots; undefined where nobody has counted them. */
  wanted: number | undefined;
  room: { impact: string[]; ceiling?: number };
  bytesPerSecond: number | undefined;
}

function planned({ existing }: Args, scene: Scene, chosen: Chosen): Plan<Args, 'disruptive' | 'destructive'> {
  const { node, snapshot } = scene;
  const { backup, served, wanted, room } = chosen;
  const { keys } = scene.read(keyspace);
  const carried = carriedTo(snapshot, node);
  const ours = (...argv: [string, ...string[]]): PlannedCommand => ({
    node: node.name,
    via: 'medic',
    argv: ['backup', ...argv],
    applied: [],
  });
  const replaces = existing === 'replace';
  const copies = replaces && keys > 0;
  return {
    args: { backup: backup.id, existing },
    commands: [
      ours('verify', backup.id, ...('none' in backup.scratch ? [] : ['loaded'])),
      ...(copies ? [ours('take', 'safety-copy')] : []),
      ours('restore-keys', backup.id, existing, String(room.ceiling ?? NO_CEILING), String(carried.bytes)),
      ours('followed', backup.id),
    ],
    undo: copies
      ? 'The data from before is in the safety copy that is taken right before: its keys can be put back in the same way.'
      : 'Keys that were put back stay: which of them were missing is counted, not kept.',
    impact: [
      ...whatComes(node, backup, { replaces, there: keys, at: snapshot.takenAt }),
      ...(served ? [whichSlots(node, backup, { served, wanted })] : []),
      ...whatIsLeftOut(backup, carried),
      effort(backup, {
        wanted,
        bytesPerSecond: chosen.bytesPerSecond,
        replicas: replicasOf(snapshot, node).length,
        aof: scene.read(persistence).aof_enabled === 1,
      }),
      ...room.impact,
      again(replaces),
    ],
    risk: replaces ? 'destructive' : 'disruptive',
    watches: watch(node, 'memory.maxmemory', ...(served ? ['cluster-nodes.slots', 'cluster-nodes.open_slots'] : [])),
  };
}
