import { z } from 'zod';
import { defineAction, type PlannedCommand, type Scene } from '../domain/action.ts';
import { diskFails, diskGuard, whileDiskWorks } from '../domain/disk-guard.ts';
import {
  followCommand,
  groupOf,
  managedElsewhere,
  restartGoesBack,
  unreadOf,
  unsteady,
} from '../domain/replication-group.ts';
import { atLeast } from '../domain/server.ts';
import { peerOf, type ReadNode, replicasOf } from '../domain/snapshot.ts';
import {
  asksForMore,
  bestOf,
  type Heir,
  handoverImpact,
  nobodyFit,
  tooFarBehind,
  unfitToFollow,
  watchMembers,
} from '../domain/successor.ts';
import type { Address } from '../domain/target.ts';
import { bytes, duration } from '../domain/units.ts';
import { hasRole, isLinked } from '../domain/write-fence.ts';
import clientList from '../probes/client-list.ts';
import clients from '../probes/clients.ts';
import memory from '../probes/memory.ts';
import memoryConfig from '../probes/memory-config.ts';
import persistence from '../probes/persistence.ts';
import persistenceConfig from '../probes/persistence-config.ts';
import replication, { type ReplicaRow } from '../probes/replication.ts';
import replicationConfig from '../probes/replication-config.ts';
import server from '../probes/server.ts';

/** The new primary and the old one find together within this time after the handover. */
const LINK_SECONDS = 20;

/** Hands the role of the primary to a replica of its group, by the servers' own FAILOVER: no acknowledged write is lost. */
export default defineAction({
  args: z.strictObject({
    /** `host:port` of the replica; the one with the most data when absent. */
    to: z.string().optional(),
    /** How long writes are held at most; then the servers go back by themselves. */
    timeout_ms: z.number().int().min(1000).max(60_000).default(10_000),
  }),
  needs: [
    clientList,
    clients,
    memory,
    memoryConfig,
    persistence,
    persistenceConfig,
    replication,
    replicationConfig,
    server,
  ],
  sends: [['CONFIG', 'SET'], ['FAILOVER'], ['REPLICAOF']],
  risks: ['disruptive'],
  plan(args, scene) {
    const { snapshot } = scene;
    const group = groupOf(snapshot, scene.node);
    const [head] = group;
    if (head.identity.role !== 'primary') return { refused: `the primary of ${scene.node.name} could not be read` };
    const old = group.find(({ identity }) => !atLeast(identity.version, '6.2'));
    if (old) return { refused: `${old.name} is ${old.identity.version}: FAILOVER is there from 6.2 on` };
    const names = scene.read(clientList, head).map(({ name }) => name);
    const managed = managedElsewhere(snapshot, head, names);
    if (managed) return { refused: managed, elsewhere: true };
    const odd = unsteady(head);
    if (odd) return { refused: odd };
    const link = scene.read(replication, head);
    if (link.master_failover_state !== 'no-failover') {
      return { refused: `a failover of ${head.name} is under way (${link.master_failover_state})` };
    }
    const chosen = choose(args.to, head, scene);
    if ('refused' in chosen) return chosen;
    const { heir, row } = chosen;
    const behind = Math.max(0, (link.master_repl_offset ?? 0) - row.offset);
    const others = replicasOf(snapshot, head).filter((node) => node !== heir);
    const wanted = scene.read(replicationConfig, heir).min_replicas_to_write ?? 0;
    const asking = asksForMore(heir, wanted, others.length + 1);
    if (asking) return { refused: asking };
    const guard = diskGuard(
      head,
      scene.read(persistence, head),
      scene.read(persistenceConfig, head).replica_ignore_disk_write_errors,
    );
    if ('refused' in guard) return guard;
    const way = addressOf(heir);
    return {
      args: { to: heir.name, timeout_ms: args.timeout_ms },
      commands: [
        ...guard.set,
        handOver(head, heir, row.address, args.timeout_ms),
        ...others.map((node) => follow(node, heir.address)),
      ],
      undo: way
        ? [
            handOver(heir, head, way, args.timeout_ms),
            ...others.map((node) => follow(node, head.address)),
            ...guard.restore,
          ]
        : `Fail over again from ${heir.name}: by what address it will list ${head.name} is not known before.`,
      undoWhile: [whileDiskWorks(head)],
      otherwise: [abort(head), ...guard.otherwise],
      undoOtherwise: [abort(heir)],
      impact: [
        `${heir.name} becomes the primary. ${head.name} holds writes back until it has every byte (${bytes(behind)} behind now), at most ${duration(args.timeout_ms / 1000)}; then both go back by themselves. Reads go on, no acknowledged write is lost.`,
        ...guard.impact,
        ...handoverImpact(head, heir, scene.read(clients, head).connected_clients),
        ...(others.length > 0
          ? [
              `${others.length} other ${others.length === 1 ? 'replica follows' : 'replicas follow'} ${heir.name} afterwards, from its backlog and without a full copy.`,
            ]
          : []),
        ...(wanted > 1
          ? [
              `${heir.name} has min-replicas-to-write ${wanted}: it refuses writes until so many follow it, some seconds.`,
            ]
          : []),
        ...unreadOf(snapshot, group).map((node) => `${node.name} could not be read and keeps following ${head.name}.`),
        restartGoesBack([head, heir, ...others], (node) => scene.read(server, node).config_file),
      ],
      risk: 'disruptive',
      watches: [
        ...watchMembers(group, 'replication.master_host', 'replication.master_port'),
        ...['replication.master_failover_state', 'replication.master_replid'].map((reading) => ({
          node: head.name,
          reading,
        })),
      ],
    };
  },
});

/** The replica that is asked for, or the one with the most data of those that may take over. */
function choose(
  name: string | undefined,
  head: ReadNode,
  scene: Scene,
): { heir: ReadNode; row: ReplicaRow } | { refused: string } {
  const used = scene.read(memory, head).effective;
  const judged = replicasOf(scene.snapshot, head)
    .filter((node) => name === undefined || node.name === name)
    .map((node): { heir: Heir; row: ReplicaRow | undefined; because: string | undefined } => {
      const heir = { node, link: scene.read(replication, node), limit: scene.read(memoryConfig, node) };
      const row = rowOf(scene, head, node);
      return {
        heir,
        row,
        because:
          unfitToFollow(heir, used) ??
          diskFails(scene.read(persistence, node)) ??
          tooFarBehind(scene.read(replication, head), row),
      };
    });
  if (name !== undefined && judged.length === 0)
    return { refused: `${name} is not a replica of ${head.name} that could be read` };
  const best = bestOf(judged.filter(({ because }) => because === undefined).map(({ heir }) => heir));
  const row = judged.find(({ heir }) => heir === best)?.row;
  return best && row ? { heir: best.node, row } : { refused: nobodyFit(judged) };
}

/** The replica as the primary lists it: FAILOVER knows it by this address only. */
function rowOf(scene: Scene, head: ReadNode, node: ReadNode): ReplicaRow | undefined {
  return scene.read(replication, head).replicas.find(({ address }) => peerOf(scene.snapshot, head, address) === node);
}

/** Where the new primary will list the old one; unknown where it follows a name instead of an address. */
function addressOf(heir: ReadNode): Address | undefined {
  const known = heir.identity.primary;
  return known && /^[\d.]+$|:/.test(known.host) ? known : undefined;
}

function handOver(from: ReadNode, to: ReadNode, listed: Address, timeoutMs: number): PlannedCommand {
  const roles = [hasRole(from, 'slave'), hasRole(to, 'master')];
  return {
    node: from.name,
    argv: ['FAILOVER', 'TO', listed.host, String(listed.port), 'TIMEOUT', String(timeoutMs)],
    applied: roles,
    until: { shows: [...roles, isLinked(from)], withinSeconds: timeoutMs / 1000 + LINK_SECONDS },
  };
}

/** Ends a hand-over that stands still, so that writes go on. */
function abort(from: ReadNode): PlannedCommand {
  const none = { node: from.name, reading: 'replication.master_failover_state', value: 'no-failover' };
  return { node: from.name, argv: ['FAILOVER', 'ABORT'], applied: [none], unless: [none] };
}

function follow(node: ReadNode, primary: Address): PlannedCommand {
  return { ...followCommand(node, primary), until: { shows: [isLinked(node)], withinSeconds: LINK_SECONDS } };
}
