import { z } from 'zod';
import { defineAction, type Scene } from '../domain/action.ts';
import { wouldWipe } from '../domain/copy-check.ts';
import { copyWithin, fullSync } from '../domain/headroom.ts';
import { followCommand, managedElsewhere, restartGoesBack, unsteady, watch } from '../domain/replication-group.ts';
import { tookWrites } from '../domain/replication-link.ts';
import { evidenceFor, type Judgement, judgeRivals, type Rival, writtenAlone } from '../domain/rivals.ts';
import { isLoopback, type ReadNode, readingIfAny, readNodes } from '../domain/snapshot.ts';
import { bytes } from '../domain/units.ts';
import { FENCE, fenceOf, hasRole, isLinked } from '../domain/write-fence.ts';
import backups from '../probes/backups.ts';
import clientList, { isApplication } from '../probes/client-list.ts';
import keyspace from '../probes/keyspace.ts';
import memory from '../probes/memory.ts';
import persistence from '../probes/persistence.ts';
import replication from '../probes/replication.ts';
import replicationConfig from '../probes/replication-config.ts';
import server from '../probes/server.ts';
import stats from '../probes/stats.ts';

/**
 * Ends a split brain in two parts, so that a copy can be taken between them. `fence`: of two primaries the one that goes
 * refuses every write. `demote`: it becomes a replica of the one that stays, and what only it had is gone.
 */
export default defineAction({
  args: z.strictObject({
    part: z.enum(['fence', 'demote']),
    /** `host:port` of the primary that stays; the one that more evidence speaks for when absent. */
    survivor: z.string().optional(),
    /** What min-replicas-to-write of the other one goes back to; as it is when absent. */
    min_replicas: z.number().int().nonnegative().optional(),
  }),
  needs: [backups, clientList, keyspace, memory, persistence, replication, replicationConfig, server, stats],
  sends: [['CONFIG', 'SET'], ['REPLICAOF'], ['PSYNC'], ['REPLCONF']],
  risks: ['disruptive', 'destructive'],
  plan(args, scene) {
    const judged = judge(scene, args.survivor);
    if ('refused' in judged) return judged;
    const { survivor, loser } = judged;
    const settings = scene.read(replicationConfig, loser.node);
    const old = args.min_replicas ?? settings.min_replicas_to_write;
    const fence = fenceOf(loser.node, settings, old);
    if ('refused' in fence) return fence;
    const pinned = { part: args.part, survivor: survivor.node.name, ...(old !== undefined && { min_replicas: old }) };
    const watches = [survivor, loser].flatMap(({ node }) => watch(node, 'replication.master_replid'));
    const told = [
      `${survivor.node.name} stays the primary. Evidence: ${evidenceFor(survivor)}; ${evidenceFor(loser)}.`,
    ];
    if (args.part === 'fence') {
      return {
        args: pinned,
        commands: [fence.set],
        undo: [fence.restore],
        impact: [
          ...told,
          `${loser.node.name} refuses every write from now on (min-replicas-to-write ${FENCE}, error NOREPLICAS); its ${loser.clients} connections of applications can read. The data stops parting.`,
        ],
        risk: 'disruptive',
        watches,
      };
    }
    return demote(scene, judged, pinned, watches, told, fence);
  },
});

type Planned<T> = { args: T; fence: Exclude<ReturnType<typeof fenceOf>, { refused: string }> };

function demote<T>(
  scene: Scene,
  { survivor, loser }: Judgement,
  args: T,
  watches: ReturnType<typeof watch>,
  told: readonly string[],
  fence: Planned<T>['fence'],
) {
  const [stays, goes] = [survivor.node, loser.node];
  const wiped = wouldWipe(stays, survivor.keys, goes, loser.keys);
  if (wiped) return { refused: wiped };
  if (isLoopback(stays.address.host) && !isLoopback(goes.address.host)) {
    return {
      refused: `${stays.name} is only known by a loopback address, which means another machine on ${goes.name}`,
    };
  }
  const [memories, forks] = [scene.read(memory, stays), scene.read(persistence, stays)];
  const sync = fullSync(scene.snapshot, stays, memories, forks, scene.read(stats, stays).instantaneous_ops_per_sec);
  if ('refused' in sync) return sync;
  const alone = writtenAlone(loser, survivor);
  const place = loser.keys > 0 ? readingIfAny(goes, backups)?.now.place : undefined;
  return {
    args,
    commands: [
      fence.set,
      ...(place === undefined
        ? []
        : [{ node: goes.name, via: 'medic' as const, argv: ['backup', 'take'] as const, applied: [] }]),
      {
        ...followCommand(goes, stays.address),
        until: { shows: [isLinked(goes)], withinSeconds: copyWithin(memories, forks) },
      },
      fence.restore,
    ],
    otherwise: [{ ...fence.restore, unless: [hasRole(goes, 'master')] }],
    undo: `The data of ${goes.name} is replaced by that of ${stays.name}: only a copy that was taken before has what it had alone.`,
    impact: [
      ...told,
      `${goes.name} becomes a replica of ${stays.name}: its ${loser.keys} keys become the ${survivor.keys} of ${stays.name}, and every write that only ${goes.name} took is lost${alone === undefined ? '; how many cannot be counted, as the two share no history' : ` (${bytes(alone)} of its stream since the two parted)`}.`,
      place === undefined
        ? `No copy of ${goes.name} is taken by this step: no place for backups is set up in medic.yml, or it holds no keys.`
        : `Before that a backup of ${goes.name} is taken to ${place}; without it nothing is replaced.`,
      ...sync.impact,
      ...(loser.replicas > 0 ? [`The ${loser.replicas} replicas of ${goes.name} take the new data after it.`] : []),
      `If this stops before ${goes.name} follows, it keeps refusing writes, so that there are not two again.`,
      restartGoesBack([stays, goes], (node) => scene.read(server, node).config_file),
    ],
    risk: 'destructive' as const,
    watches,
  };
}

/** Which of the two primaries stays, by name or by evidence; or why that cannot be said. */
function judge(scene: Scene, name: string | undefined): Judgement | { refused: string } {
  const { snapshot } = scene;
  const primaries = readNodes(snapshot).filter(({ identity }) => identity.role === 'primary');
  const pair = primaries.length > 2 ? primaries.filter((node) => node === scene.node || node.name === name) : primaries;
  const [first, second] = pair;
  if (!first || !second) {
    return {
      refused:
        primaries.length > 2
          ? `there are ${primaries.length} primaries: say which one stays`
          : 'there are not two primaries',
    };
  }
  for (const node of pair) {
    const names = scene.read(clientList, node).map((client) => client.name);
    const odd = unsteady(node) ?? managedElsewhere(snapshot, node, names);
    if (odd) return { refused: odd };
  }
  const [one, other] = [rivalFrom(scene, first), rivalFrom(scene, second)];
  if (name !== undefined) {
    const survivor = [one, other].find(({ node }) => node.name === name);
    if (!survivor) return { refused: `${name} is no primary of ${snapshot.target.name} that could be read` };
    return { survivor, loser: survivor === one ? other : one };
  }
  const judged = judgeRivals(one, other);
  return (
    judged ?? {
      refused: `nothing tells which of the two should stay, a person must say: ${evidenceFor(one)}; ${evidenceFor(other)}`,
    }
  );
}

function rivalFrom(scene: Scene, node: ReadNode): Rival {
  const link = scene.read(replication, node);
  return {
    node,
    keys: scene.read(keyspace, node).keys,
    replicas: link.connected_slaves,
    clients: scene.read(clientList, node).filter(isApplication).length,
    wrote: tookWrites(scene.reading(replication, node), scene.reading(persistence, node)),
    link,
  };
}
