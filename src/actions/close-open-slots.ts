import { z } from 'zod';
import { defineAction, type Expectation, type PlannedCommand, type Scene, type Until } from '../domain/action.ts';
import { type OpenSlot, slotCount } from '../domain/cluster.ts';
import { listed } from '../domain/cluster-names.ts';
import { unsteady, watch } from '../domain/replication-group.ts';
import type { ReadNode } from '../domain/snapshot.ts';
import clusterNodes, { type Sight, sightsOf } from '../probes/cluster-nodes.ts';
import clusterOpenSlots from '../probes/cluster-open-slots.ts';
import commandStats, { isResharding } from '../probes/command-stats.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** A new owner tells everybody at once. */
const WITHIN_SECONDS = 20;

/** One end of a slot that is open, and the keys of the slot that it holds. */
interface End {
  sight: Sight;
  open: OpenSlot;
  keys: number;
  /** Keys of all slots that are on their way to it. */
  imported: number;
}

type Way = { slot: number; ends: readonly End[] } & (
  | { kind: 'close' }
  | { kind: 'finish'; to: ReadNode; id: string; keys: number }
  | { kind: 'leave'; because: string }
);

/** Closes slots whose move broke off, where no key can get lost: back to the owner, or over to where all the keys are. */
export default defineAction({
  args: z.strictObject({
    /** The slots; all that can be closed when absent. */
    slots: z.array(z.number().int().min(0).max(16_383)).min(1).optional(),
  }),
  needs: [clusterNodes, clusterOpenSlots, commandStats, replication, server],
  sends: [['CLUSTER', 'SETSLOT']],
  risks: ['disruptive'],
  plan(args, scene) {
    const sights = sightsOf(scene.snapshot).filter(({ view }) => view.myself.role === 'primary');
    const busy = sights.find(({ node }) => isResharding(node) || unsteady(node) !== undefined);
    if (busy)
      return { refused: unsteady(busy.node) ?? `keys are being moved on ${busy.node.name} right now: let that end` };
    const slots = [...new Set(sights.flatMap(({ view }) => view.open.map(({ slot }) => slot)))];
    const wanted = args.slots ?? slots;
    const ways = slots.filter((slot) => wanted.includes(slot)).map((slot) => wayFor(scene, sights, slot));
    const left = ways.flatMap((way) => (way.kind === 'leave' ? [`slot ${way.slot}: ${way.because}`] : []));
    const done = ways.filter((way) => way.kind !== 'leave');
    if (done.length === 0) return { refused: left.length > 0 ? left.join('; ') : 'no slot is open' };
    const finished = done.filter((way) => way.kind === 'finish');
    const openOn = (name: string) => sights.find(({ node }) => node.name === name)?.view.open.length ?? 0;
    const { commands, otherwise } = inOrder(done, openOn);
    const changed = [...new Set(commands.map(({ node }) => node))];
    return {
      args: { slots: done.map(({ slot }) => slot) },
      commands,
      ...(otherwise.length > 0 && { otherwise }),
      undo:
        finished.length > 0
          ? 'Slots that went to where their keys are stay there: giving them back would move keys.'
          : done.flatMap((way) => way.ends.map((end) => reopened(end, way.slot, openOn(end.sight.node.name)))),
      impact: [
        ...done.map((way) =>
          way.kind === 'finish'
            ? `Slot ${way.slot} goes to ${way.to.name}, where its ${way.keys} keys are; the old owner holds none.`
            : `Slot ${way.slot} stays with its owner: the other end holds none of its keys.`,
        ),
        'Clients get no ASK and TRYAGAIN for these slots any more. No key is moved or deleted.',
        ...left.map((reason) => `Left open is ${reason}.`),
      ],
      risk: 'disruptive',
      watches: sights
        .filter(({ node }) => changed.includes(node.name))
        .flatMap(({ node }) => watch(node, 'cluster-nodes.open_slots', 'cluster-nodes.slots')),
    };
  },
});

function wayFor(scene: Scene, sights: readonly Sight[], slot: number): Way {
  const ends = sights.flatMap((sight): End[] =>
    sight.view.open
      .filter((open) => open.slot === slot)
      .map((open) => {
        const { counts, imported } = scene.read(clusterOpenSlots, sight.node);
        return { sight, open, keys: counts.get(slot) ?? 0, imported };
      }),
  );
  const leave = (because: string): Way => ({ kind: 'leave', slot, ends, because });
  const owners = ends.filter(({ open }) => open.direction === 'migrating');
  const importers = ends.filter(({ open }) => open.direction === 'importing');
  const silent = ends.filter(({ open }) => !sights.some(({ view }) => view.myself.id === open.peer));
  if (silent.length > 0) return leave('its other end could not be read');
  const [owner] = owners;
  const [importer, ...more] = importers.filter(({ keys }) => keys > 0);
  // Keys that moved already would be out of reach; only an end that shows the slot as open counts them.
  if (owner && !importers.some(({ sight }) => sight.view.myself.id === owner.open.peer)) {
    return leave(
      `${nameOf(sights, owner.open.peer)} does not show it as open, so that its keys there cannot be counted (redis-cli --cluster check)`,
    );
  }
  if (!importer) return { kind: 'close', slot, ends };
  if (owner?.keys === 0 && more.length === 0) {
    const { view, node } = importer.sight;
    return {
      kind: 'finish',
      slot,
      ends: [importer, ...ends.filter((end) => end !== importer)],
      to: node,
      id: view.myself.id,
      keys: importer.keys,
    };
  }
  const told = ends.map(({ sight, keys }) => `${sight.node.name} holds ${keys}`);
  return leave(`its keys lie on both ends (${listed(told)}): redis-cli --cluster fix moves them, after a backup`);
}

function nameOf(sights: readonly Sight[], id: string): string {
  return sights.find(({ view }) => view.myself.id === id)?.node.name ?? id.slice(0, 8);
}

/**
 * The end that has or gets a slot comes first, so that it is never without an owner. What each server then shows goes down
 * with every command. An owner that is closed sends nobody to the other end any more: only then can that be counted.
 */
function inOrder(ways: readonly Way[], openOn: (name: string) => number) {
  const left = new Map<string, number>();
  const after = (name: string) => {
    const count = (left.get(name) ?? openOn(name)) - 1;
    left.set(name, count);
    return count;
  };
  const commands: PlannedCommand[] = [];
  const otherwise: PlannedCommand[] = [];
  const gained = new Map<string, number>();
  for (const way of ways) {
    const words = way.kind === 'finish' ? ['NODE', way.id] : ['STABLE'];
    const owner = way.ends.find(({ open }) => open.direction === 'migrating');
    for (const end of way.ends) {
      const { node } = end.sight;
      const gets = way.kind === 'finish' && end === way.ends[0];
      commands.push({
        node: node.name,
        argv: ['CLUSTER', 'SETSLOT', String(way.slot), ...words],
        applied: [
          shows(node, 'open_slots', after(node.name)),
          ...(gets ? [shows(node, 'slots', slotsAfter(end, 1, gained))] : []),
        ],
        ...(gets && owner && { until: heardOf(owner, gained) }),
        ...(way.kind === 'close' && end === owner && { until: noneCame(way.ends) }),
      });
    }
    if (way.kind === 'close' && owner) otherwise.push(...backFor(owner, way, left));
  }
  return { commands, otherwise };
}

function shows({ name }: ReadNode, field: string, value: number): Expectation {
  return { node: name, reading: `cluster-nodes.${field}`, value: String(value) };
}

function slotsAfter({ sight: { node, view } }: End, more: number, gained: Map<string, number>): number {
  const sum = (gained.get(node.name) ?? 0) + more;
  gained.set(node.name, sum);
  return slotCount(view.myself.slots) + sum;
}

/** The old owner hears of it by itself, as the new one tells everybody. */
function heardOf(owner: End, gained: Map<string, number>): Until {
  return { shows: [shows(owner.sight.node, 'slots', slotsAfter(owner, -1, gained))], withinSeconds: WITHIN_SECONDS };
}

/** A client that the owner sent on just now would have written where nobody looks once that end is closed, too. */
function noneCame(ends: readonly End[]): Until {
  const importers = ends.filter(({ open }) => open.direction === 'importing');
  return {
    below: importers.map(({ sight: { node }, imported }) => ({
      node: node.name,
      reading: 'cluster-open-slots.imported',
      below: imported + 1,
    })),
    withinSeconds: 1,
  };
}

/** The owner sends clients to the other end again, as long as that is open. */
function backFor(owner: End, { slot, ends }: Way, left: ReadonlyMap<string, number>): PlannedCommand[] {
  const { view } = owner.sight;
  const importer = ends.find(({ sight }) => sight.view.myself.id === owner.open.peer)?.sight.node;
  if (!importer) return [];
  const closed = Array.from({ length: (left.get(importer.name) ?? 0) + 1 }, (_none, open) => open);
  const unless = closed.map((open) => shows(importer, 'open_slots', open));
  return [{ ...reopened(owner, slot, view.open.length), unless }];
}

function reopened({ sight: { node }, open }: End, slot: number, before: number): PlannedCommand {
  return {
    node: node.name,
    argv: ['CLUSTER', 'SETSLOT', String(slot), open.direction.toUpperCase(), open.peer],
    applied: [{ node: node.name, reading: 'cluster-nodes.open_slots', value: String(before) }],
  };
}
