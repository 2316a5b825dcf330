import { z } from 'zod';
import { defineAction, type PlannedCommand, type Refusal, type Scene } from '../domain/action.ts';
import { diskFails, diskGuard } from '../domain/disk-guard.ts';
import { unsteady } from '../domain/replication-group.ts';
import { testimonies } from '../domain/sentinel.ts';
import { peerOf, type ReadNode, readNodes } from '../domain/snapshot.ts';
import { asksForMore, handoverImpact, tooFarBehind, unfitToFollow, watchMembers } from '../domain/successor.ts';
import { bytes } from '../domain/units.ts';
import { FENCE, FENCE_READING, fenceOf, hasRole, isLinked } from '../domain/write-fence.ts';
import clients from '../probes/clients.ts';
import memory from '../probes/memory.ts';
import memoryConfig from '../probes/memory-config.ts';
import persistence from '../probes/persistence.ts';
import persistenceConfig from '../probes/persistence-config.ts';
import replication from '../probes/replication.ts';
import replicationConfig from '../probes/replication-config.ts';
import sentinelInfo from '../probes/sentinel-info.ts';
import sentinelMaster, { busyBecause, type MasterView } from '../probes/sentinel-master.ts';
import sentinelQuorum from '../probes/sentinel-quorum.ts';
import sentinelReplicas, { type WatchedReplica } from '../probes/sentinel-replicas.ts';
import server from '../probes/server.ts';

/** Replicas acknowledge once a second. */
const CATCH_UP_SECONDS = 10;
const FENCED_SECONDS = 5;
/** Sentinel turns the old primary into a replica about 10 s after it has promoted the new one. */
const SWITCH_SECONDS = 90;

/**
 * Has the Sentinels fail over while the primary lives. They promote a replica and turn to the old primary some 10 s later,
 * and what that one accepts meanwhile is lost: so it is fenced first, and failed over when its replicas have every byte.
 */
export default defineAction({
  args: z.strictObject({
    /** What min-replicas-to-write of the primary goes back to; as it is when absent. */
    min_replicas: z.number().int().nonnegative().optional(),
  }),
  needs: [
    clients,
    memory,
    memoryConfig,
    persistence,
    persistenceConfig,
    replication,
    replicationConfig,
    sentinelInfo,
    sentinelMaster,
    sentinelQuorum,
    sentinelReplicas,
    server,
  ],
  sends: [
    ['CONFIG', 'SET'],
    ['CONFIG', 'REWRITE'],
    ['SENTINEL', 'FAILOVER'],
  ],
  risks: ['disruptive'],
  plan(args, scene) {
    const { snapshot } = scene;
    const master = snapshot.target.sentinel?.master;
    const asked = whom(scene);
    if ('refused' in asked) return asked;
    const { sentinel, primary } = asked;
    if (master === undefined) return { refused: 'medic.yml does not say which master the Sentinels watch' };
    const heirs = heirsOf(scene, sentinel, primary);
    if ('refused' in heirs) return heirs;
    const old = args.min_replicas ?? scene.read(replicationConfig, primary).min_replicas_to_write;
    const fence = fenceOf(primary, scene.read(replicationConfig, primary), old);
    if ('refused' in fence) return fence;
    const guard = diskGuard(
      primary,
      scene.read(persistence, primary),
      scene.read(persistenceConfig, primary).replica_ignore_disk_write_errors,
    );
    if ('refused' in guard) return guard;
    const written = writing(scene, primary);
    const promoted = heirs.map((node) => hasRole(node, 'master'));
    const behind = scene.read(replication, primary).replicas_behind ?? 0;
    return {
      args: { ...(old !== undefined && { min_replicas: old }) },
      commands: [
        ...guard.set,
        {
          ...fence.set,
          until: {
            below: [{ node: primary.name, reading: 'replication.replicas_behind', below: 1 }],
            withinSeconds: CATCH_UP_SECONDS,
          },
        },
        // A primary that restarts must not come back without its fence; one that did has lost it by now.
        ...written.map((rewrite) => ({
          ...rewrite,
          until: { shows: fence.set.applied, withinSeconds: FENCED_SECONDS },
        })),
        {
          node: sentinel.name,
          via: 'sentinel',
          argv: ['SENTINEL', 'FAILOVER', master],
          applied: [hasRole(primary, 'slave')],
          until: { shows: [hasRole(primary, 'slave'), isLinked(primary)], withinSeconds: SWITCH_SECONDS },
        },
        fence.restore,
        // Sentinel, too, has the old primary write its file while the fence is up.
        ...written,
      ],
      undo: 'The Sentinels choose by themselves: to bring the role back, lower replica-priority on the server that shall have it and fail over again.',
      otherwise: [...[fence.restore, ...written].map((back) => ({ ...back, unless: promoted })), ...guard.otherwise],
      impact: [
        `The Sentinels promote ${heirs.length === 1 ? heirs[0]?.name : `one of ${heirs.map(({ name }) => name).join(', ')}`} and turn ${primary.name} into a replica of it.`,
        `First ${primary.name} refuses all writes (min-replicas-to-write ${FENCE}, error NOREPLICAS) until its replicas have every byte (${bytes(behind)} behind now): no acknowledged write is lost.`,
        ...(written.length > 0
          ? [`That is written to its file until this is over, so that it holds over a restart.`]
          : [`Should ${primary.name} restart in these seconds, it forgets that, and what it accepts then is lost.`]),
        ...guard.impact,
        `Applications that ask the Sentinels again can write after 2 to 5 s. ${scene.read(clients, primary).connected_clients} connections of ${primary.name} get errors until the Sentinels close them, about 10 s later.`,
        `If this stops half way after the promotion, ${primary.name} keeps refusing writes until min-replicas-to-write is ${old} again.`,
        ...heirs.flatMap((node) => handoverImpact(primary, node, undefined).slice(1)),
      ],
      risk: 'disruptive',
      watches: [
        ...watchMembers([primary, ...heirs], 'replication.master_host', 'replication.master_port'),
        { node: primary.name, reading: FENCE_READING },
        ...['primary', 'state', 'quorum'].map((field) => ({
          node: sentinel.name,
          reading: `sentinel-master.${field}`,
        })),
      ],
    };
  },
});

/** Writes its settings to its file, where it has one and a disk that takes it. */
function writing(scene: Scene, primary: ReadNode): PlannedCommand[] {
  const { config_file: file } = scene.read(server, primary);
  if (!file || diskFails(scene.read(persistence, primary)) !== undefined) return [];
  return [{ node: primary.name, argv: ['CONFIG', 'REWRITE'], applied: [] }];
}

/** A Sentinel that may fail over now, and the primary that all of them mean; or why none should. */
function whom(scene: Scene): { sentinel: ReadNode; primary: ReadNode } | Refusal {
  const { snapshot } = scene;
  const told = testimonies(snapshot, sentinelMaster);
  const [first] = told;
  if (!first) return { refused: `no Sentinel watches ${snapshot.target.name}`, elsewhere: true };
  for (const { by, now } of told) {
    const odd = unready(scene, by, now);
    if (odd) return { refused: odd };
  }
  const names = new Set(told.map(({ by, now }) => peerOf(snapshot, by, now.toldToClients)?.name ?? now.primary));
  if (names.size > 1) return { refused: `the Sentinels do not agree on the primary: ${[...names].join(', ')}` };
  const primary = peerOf(snapshot, first.by, first.now.toldToClients);
  if (primary?.kind !== 'read' || primary.identity.role !== 'primary') {
    return { refused: `${[...names][0]}, the primary of the Sentinels, could not be read as one` };
  }
  const odd = unsteady(primary);
  return odd ? { refused: odd } : { sentinel: first.by, primary };
}

function unready(scene: Scene, by: ReadNode, view: MasterView): string | undefined {
  const quorum = scene.read(sentinelQuorum, by);
  return busyBecause(by, view) ?? (quorum.met ? undefined : `no quorum at ${by.name}: ${quorum.text}`);
}

/** The replicas that the Sentinel may choose, each of them fit. */
function heirsOf(scene: Scene, sentinel: ReadNode, primary: ReadNode): ReadNode[] | { refused: string } {
  const { snapshot } = scene;
  const used = scene.read(memory, primary).effective;
  const eligible = scene.read(sentinelReplicas, sentinel).filter(isEligible);
  if (eligible.length === 0)
    return { refused: 'no good replica: the Sentinels know none that is in touch and may be promoted' };
  const replicas = readNodes(snapshot).length - 1;
  const asking = (node: ReadNode) =>
    asksForMore(node, scene.read(replicationConfig, node).min_replicas_to_write, replicas);
  const heirs: ReadNode[] = [];
  for (const entry of eligible) {
    const node = entry.address && peerOf(snapshot, sentinel, entry.address);
    if (node?.kind !== 'read') return { refused: `the Sentinels may choose ${entry.name}, which could not be read` };
    const heir = { node, link: scene.read(replication, node), limit: scene.read(memoryConfig, node) };
    const row = scene
      .read(replication, primary)
      .replicas.find(({ address }) => peerOf(snapshot, primary, address) === node);
    const because =
      unfitToFollow(heir, used) ??
      diskFails(scene.read(persistence, node)) ??
      tooFarBehind(scene.read(replication, primary), row) ??
      asking(node);
    if (because) return { refused: `the Sentinels may choose ${node.name}, but ${because}` };
    heirs.push(node);
  }
  return heirs;
}

/** Sentinel's own measures. */
function isEligible({ flags, linkStatus, priority, pingMs = 0 }: WatchedReplica): boolean {
  return flags.length === 1 && linkStatus === 'ok' && priority !== 0 && pingMs < 5000;
}
