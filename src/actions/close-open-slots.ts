import { z } from 'zod';
import { defineAction, type PlannedCommand, type Scene } from '../domain/action.ts';
import type { OpenSlot } from '../domain/cluster.ts';
import { listed } from '../domain/cluster-names.ts';
import { unsteady, watch } from '../domain/replication-group.ts';
import type { ReadNode } from '../domain/snapshot.ts';
import clusterNodes, { type Sight, sightsOf } from '../probes/cluster-nodes.ts';
import clusterOpenSlots from '../probes/cluster-open-slots.ts';
import commandStats, { isResharding } from '../probes/command-stats.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** One end of a slot that is open, and the keys of the slot that it holds. */
interface End {
  sight: Sight;
  open: OpenSlot;
  keys: number;
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
    const commands = done.flatMap((way) => commandsFor(way));
    const changed = [...new Set(commands.map(({ node }) => node))];
    const closing = (node: string) => commands.filter((command) => command.node === node).length;
    const openOn = (name: string) => sights.find(({ node }) => node.name === name)?.view.open.length ?? 0;
    const shown = changed.map((node) => ({
      node,
      reading: 'cluster-nodes.open_slots',
      value: String(openOn(node) - closing(node)),
    }));
    return {
      args: { slots: done.map(({ slot }) => slot) },
      commands: commands.map((command) => ({
        ...command,
        applied: shown.filter(
          ({ node }) => node === command.node && command === commands.findLast((one) => one.node === node),
        ),
      })),
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
      .map((open) => ({ sight, open, keys: scene.read(clusterOpenSlots, sight.node).counts.get(slot) ?? 0 })),
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

/** The end that gets a slot comes first, so that it is never without an owner. */
function commandsFor(way: Way): PlannedCommand[] {
  const words = way.kind === 'finish' ? ['NODE', way.id] : ['STABLE'];
  return way.ends.map(({ sight: { node } }) => ({
    node: node.name,
    argv: ['CLUSTER', 'SETSLOT', String(way.slot), ...words],
    applied: [],
  }));
}

function reopened({ sight: { node }, open }: End, slot: number, before: number): PlannedCommand {
  return {
    node: node.name,
    argv: ['CLUSTER', 'SETSLOT', String(slot), open.direction.toUpperCase(), open.peer],
    applied: [{ node: node.name, reading: 'cluster-nodes.open_slots', value: String(before) }],
  };
}
