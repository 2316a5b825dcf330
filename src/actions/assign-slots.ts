import { z } from 'zod';
import { defineAction, type PlannedCommand } from '../domain/action.ts';
import { isMember, rangesOf, SLOTS, type SlotRange, slotCount, slotsText } from '../domain/cluster.ts';
import { seatedAs } from '../domain/cluster-names.ts';
import { gapsIn, lostIn, ownersIn } from '../domain/cluster-slots.ts';
import { mostCommon } from '../domain/most-common.ts';
import { watch } from '../domain/replication-group.ts';
import { atLeast } from '../domain/server.ts';
import type { ReadNode, Snapshot } from '../domain/snapshot.ts';
import clusterNodes, { type Sight, sightsOf } from '../probes/cluster-nodes.ts';
import keyspace from '../probes/keyspace.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** Slots of one node to be: it had them before, or takes them over empty. */
interface Share {
  to: ReadNode;
  ranges: SlotRange[];
}

/**
 * Gives slots that nobody serves an owner. `back`: to the node that the others still take for it, which has their keys.
 * `lost`: to another one, empty, where the owner is known to be gone with its data.
 */
export default defineAction({
  args: z.strictObject({
    which: z.enum(['back', 'lost']),
    /** `host:port` of the primary that takes over lost slots; the one with the fewest slots when absent. */
    to: z.string().optional(),
  }),
  needs: [clusterNodes, keyspace, replication, server],
  sends: [
    ['CLUSTER', 'ADDSLOTSRANGE'],
    ['CLUSTER', 'BUMPEPOCH'],
    ['CLUSTER', 'FORGET'],
  ],
  risks: ['disruptive', 'destructive'],
  plan(args, scene) {
    const { node, snapshot } = scene;
    const sights = sightsOf(snapshot);
    const old = sights.find((sight) => !atLeast(sight.node.identity.version, '7.0'));
    if (old) return { refused: `${old.node.name} is ${old.node.identity.version}: ADDSLOTSRANGE is there from 7.0 on` };
    if (sights.length === 0) return { refused: `${node.name} is in no cluster that could be looked at` };
    const views = sights.map(({ view }) => view);
    const lost = lostIn(snapshot, views);
    const gaps = gapsIn(views, lost);
    if (slotCount(gaps.unowned) === SLOTS)
      return { refused: 'no slot has an owner: the cluster has to be created (redis-cli --cluster create)' };
    const owned = believed(sights, gaps.unowned);
    const living = (id: string | undefined) =>
      sights.find(({ view }) => view.myself.id === id && view.myself.role === 'primary');
    const back = [...owned].flatMap(([id, slots]): Share[] => {
      const sight = living(id);
      return sight ? [{ to: sight.node, ranges: rangesOf(slots) }] : [];
    });
    if (args.which === 'back') {
      if (back.length === 0)
        return { refused: 'no slot without an owner belongs to a node that lives: nothing can be given back' };
      return {
        args,
        commands: back.map((share) => give(share, sights)),
        undo: 'The slots have their owner again, as the others believed all along: there is nothing to go back to.',
        impact: back.map(
          ({ to, ranges }) =>
            `${to.name} serves slots ${slotsText(ranges)} again, as the other nodes take it for their owner; it holds ${scene.read(keyspace, to).keys} keys.`,
        ),
        risk: 'disruptive',
        watches: back.flatMap(({ to }) => watch(to, 'cluster-nodes.slots')),
      };
    }
    const nobody = [...owned].flatMap(([id, slots]) => (living(id) ? [] : slots));
    const adopted = rangesOf([...nobody, ...gaps.orphaned.flatMap(slotsIn)].toSorted((one, other) => one - other));
    if (adopted.length === 0) return { refused: 'no slot has lost its owner for good' };
    const dead = [...lost].filter((id) =>
      views.some((view) => view.others.some((peer) => peer.id === id && peer.slots.length > 0)),
    );
    const refused = untold(snapshot, sights, lost) ?? heirsOf(sights, dead);
    if (refused) return { refused };
    const to = adopter(sights, args.to);
    if (!to)
      return {
        refused: args.to ? `${args.to} is no primary of the cluster that could be read` : 'no primary could be read',
      };
    const forgetting = dead.flatMap((id) =>
      sights
        .filter(({ view }) => view.others.some((peer) => peer.id === id))
        .map((sight): PlannedCommand => ({ node: sight.node.name, argv: ['CLUSTER', 'FORGET', id], applied: [] })),
    );
    // With a claim that is older than its own, the lost owner would come back as a second one for the same slots.
    const newest: PlannedCommand = { node: to.name, argv: ['CLUSTER', 'BUMPEPOCH'], applied: [] };
    return {
      args: { ...args, to: to.name },
      commands: [newest, ...countedDown(forgetting, sights), give({ to, ranges: adopted }, sights)],
      undo: 'What the lost owner held is not there to go back to.',
      impact: [
        `${to.name} takes ${slotCount(adopted)} slots (${slotsText(adopted)}) over, empty: every key that the lost owner held in them is gone, unless a backup is restored.`,
        ...dead.map(
          (id) =>
            `All nodes forget ${seatedAs(snapshot, id)?.name ?? id.slice(0, 8)}: should it come back, it is told that its slots have a newer owner and deletes their keys, on its disk as well. Copy its folder before anybody starts it again.`,
        ),
        'From then on the cluster takes writes for these slots, and applications find them empty. All of them on one node: rebalance later (redis-cli --cluster rebalance).',
      ],
      risk: 'destructive',
      watches: sights.flatMap((sight) => watch(sight.node, 'cluster-nodes.slots')),
    };
  },
});

/** Whom most nodes take for the owner of slots that nobody claims. */
function believed(sights: readonly Sight[], unowned: readonly SlotRange[]): Map<string | undefined, number[]> {
  const beliefs = sights.map(({ view }) => ownersIn(view));
  return Map.groupBy(unowned.flatMap(slotsIn), (slot) => mostCommon(beliefs.flatMap((owners) => owners[slot] ?? [])));
}

function slotsIn({ from, to }: SlotRange): number[] {
  return Array.from({ length: to - from + 1 }, (_none, at) => from + at);
}

/** A member that does not hear of it would bring back what the others forgot. */
function untold(snapshot: Snapshot, sights: readonly Sight[], lost: ReadonlySet<string>): string | undefined {
  const silent = snapshot.nodes.find(
    ({ seat }) => seat && !lost.has(seat.id) && !sights.some(({ view }) => view.myself.id === seat.id),
  );
  return silent && `${silent.name} could not be read: every member must be told`;
}

function heirsOf(sights: readonly Sight[], dead: readonly string[]): string | undefined {
  const heir = sights.find(({ view }) => view.myself.primaryId !== undefined && dead.includes(view.myself.primaryId));
  return (
    heir && `${heir.node.name} is a replica of the lost owner and has its data: promote it instead (CLUSTER FAILOVER)`
  );
}

function adopter(sights: readonly Sight[], name: string | undefined): ReadNode | undefined {
  return sights
    .filter(
      ({ node, view }) =>
        view.myself.role === 'primary' && (name === undefined ? view.myself.slots.length > 0 : node.name === name),
    )
    .toSorted((one, other) => slotCount(one.view.myself.slots) - slotCount(other.view.myself.slots))[0]?.node;
}

/** Each node that forgets shows one member less, so that it can be seen how far it came. */
function countedDown(forgetting: readonly PlannedCommand[], sights: readonly Sight[]): PlannedCommand[] {
  const left = new Map(sights.map(({ node, view }) => [node.name, view.others.filter(isMember).length + 1]));
  return forgetting.map((command) => {
    const members = (left.get(command.node) ?? 0) - 1;
    left.set(command.node, members);
    return { ...command, applied: [{ node: command.node, reading: 'cluster-nodes.members', value: String(members) }] };
  });
}

/** Its effect is there with its answer: where it does not show, it was not sent. */
function give({ to, ranges }: Share, sights: readonly Sight[]): PlannedCommand {
  const before = sights.find(({ node }) => node === to)?.view.myself.slots ?? [];
  const shows = [
    { node: to.name, reading: 'cluster-nodes.slots', value: String(slotCount(before) + slotCount(ranges)) },
  ];
  return {
    node: to.name,
    argv: ['CLUSTER', 'ADDSLOTSRANGE', ...ranges.flatMap(({ from, to: until }) => [String(from), String(until)])],
    applied: shows,
  };
}
