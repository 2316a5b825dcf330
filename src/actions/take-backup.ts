import { z } from 'zod';
import { defineAction, type Scene } from '../domain/action.ts';
import type { KeptBackups } from '../domain/backup.ts';
import { isCopyOf } from '../domain/copy-check.ts';
import { forkRunning, roomToFork, saveSeconds, transferSeconds } from '../domain/headroom.ts';
import { diskErrorWouldCrash, groupOf, unsteady, watch } from '../domain/replication-group.ts';
import type { ReadNode } from '../domain/snapshot.ts';
import { bytes, duration } from '../domain/units.ts';
import backups from '../probes/backups.ts';
import keyspace from '../probes/keyspace.ts';
import memoryProbe from '../probes/memory.ts';
import persistence from '../probes/persistence.ts';
import persistenceConfig from '../probes/persistence-config.ts';
import replication from '../probes/replication.ts';
import replicationConfig from '../probes/replication-config.ts';
import server from '../probes/server.ts';
import stats from '../probes/stats.ts';

/** A server that can be copied now, and what that costs it. */
interface Candidate {
  node: ReadNode;
  /** Bytes of the stream that it lacks; 0 on a primary. */
  behind: number;
  /** Bytes, at most. */
  size: number;
  seconds: number;
  room: string;
}

/**
 * Copies the data of a replication group over the network to where the backups are kept, and checks the copy. It is taken
 * from the replica that is least behind; from the primary where no replica can give it.
 */
export default defineAction({
  args: z.strictObject({ from: z.string().optional() }),
  needs: [
    backups,
    keyspace,
    memoryProbe,
    persistence,
    persistenceConfig,
    replication,
    replicationConfig,
    server,
    stats,
  ],
  sends: [['PSYNC'], ['REPLCONF']],
  risks: ['disruptive'],
  plan({ from }, scene) {
    const { node, snapshot } = scene;
    const kept = scene.read(backups);
    if (kept.place === undefined)
      return { refused: 'no place for backups is set up: add the key backups to medic.yml' };
    const group = groupOf(snapshot, node);
    const wanted = from === undefined ? group : group.filter(({ name }) => name === from);
    if (wanted.length === 0) return { refused: `${from} is not one of ${group.map(({ name }) => name).join(', ')}` };
    const looked = wanted.map((one) => ({ one, candidate: candidateOf(scene, one) }));
    const fit = looked.flatMap(({ candidate }) => (typeof candidate === 'string' ? [] : [candidate]));
    const refused = looked.flatMap(({ candidate }) => (typeof candidate === 'string' ? [candidate] : []));
    const replicas = fit.filter((one) => one.node.identity.role === 'replica');
    const [source] = [...replicas.toSorted((one, other) => one.behind - other.behind), ...fit];
    if (!source) return { refused: refused.join('; ') };
    return {
      args: { from: source.node.name },
      commands: [{ node: source.node.name, via: 'medic', argv: ['backup', 'take'], applied: [] }],
      undo: 'A backup changes no server: there is nothing to undo. It can be deleted where it is kept.',
      impact: impactOf(scene, source, kept, group.length > 1 ? refused : []),
      risk: 'disruptive',
      watches: watch(source.node),
    };
  },
});

/** What a copy of this server costs it; a sentence says why none can be taken. */
function candidateOf(scene: Scene, node: ReadNode): Candidate | string {
  const { snapshot } = scene;
  const fork = scene.read(persistence, node);
  const own = scene.read(replication, node);
  const odd =
    unsteady(node) ??
    forkRunning(node, fork) ??
    diskErrorWouldCrash(node, fork, scene.read(persistenceConfig, node).replica_ignore_disk_write_errors);
  if (odd) return odd;
  if (scene.read(keyspace, node).keys === 0) return `${node.name} holds no keys: there is nothing to back up`;
  const behind = node.identity.role === 'replica' ? lagOf(scene, node) : 0;
  if (typeof behind === 'string') return behind;
  const memory = scene.read(memoryProbe, node);
  const size = memory.used_memory_dataset ?? memory.used_memory;
  const { bytesPerSecond: limit } = scene.read(backups);
  const saving = saveSeconds(memory, fork);
  const limited = limit === undefined ? 0 : size / limit;
  // The child sends the copy itself, and lives until all of it is sent.
  const child = savesFirst(scene, node) ? saving : Math.max(saving, limited);
  const perSecond = scene.read(stats, node).instantaneous_ops_per_sec;
  const room = roomToFork(snapshot, node, memory, fork, perSecond, child);
  if ('refused' in room) return room.refused;
  if (own.master_sync_in_progress === 1) return `${node.name} is taking a full copy itself`;
  return { node, behind, size, seconds: Math.max(saving + transferSeconds(size), limited), room: room.impact };
}

function savesFirst(scene: Scene, node: ReadNode): boolean {
  return scene.read(replicationConfig, node).repl_diskless_sync === 'no';
}

/** How far a replica is behind its group's primary; a sentence when it is no current copy. */
function lagOf(scene: Scene, node: ReadNode): number | string {
  const own = scene.read(replication, node);
  if (own.master_link_status !== 'up') return `${node.name} has lost its primary, so its data is old`;
  const [head] = groupOf(scene.snapshot, node);
  if (head.identity.role !== 'primary') return 0;
  const above = scene.read(replication, head);
  if (!isCopyOf(above, own)) return `${node.name} does not share the history of ${head.name}`;
  return (above.master_repl_offset ?? 0) - (own.slave_repl_offset ?? 0);
}

function impactOf(
  scene: Scene,
  { node, behind, size, seconds, room }: Candidate,
  { place, bytesPerSecond }: KeptBackups,
  refused: readonly string[],
): string[] {
  const { latest_fork_usec: pause } = scene.read(stats, node);
  const isReplica = node.identity.role === 'replica';
  const others = refused.length === 0 ? 'there is no replica' : refused.join('; ');
  const speed =
    bytesPerSecond === undefined ? 'without a rate limit' : `at ${bytes(bytesPerSecond)}/s, the limit of backups`;
  return [
    `${isReplica ? `The replica ${node.name}, ${behind === 0 ? 'which has all writes' : `${bytes(behind)} behind`},` : `${node.name} itself (${others})`} is copied: ${scene.read(keyspace, node).keys} keys, at most ${bytes(size)}, to ${place}. That takes about ${duration(Math.ceil(seconds))} ${speed}.`,
    `It forks for it. ${room}`,
    ...(pause ? [`It stands still while it forks: ${Math.ceil(pause / 1000)} ms the last time.`] : []),
    ...(savesFirst(scene, node)
      ? ['It saves the copy to its own disk first (repl-diskless-sync no), which needs that much room there.']
      : []),
  ];
}
