import { z } from 'zod';
import { defineAction } from '../domain/action.ts';
import { memberName } from '../domain/cluster-names.ts';
import { isGhost, type Standing, standings } from '../domain/cluster-slots.ts';
import { watch } from '../domain/replication-group.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import clusterNodes, { type Sight, sightsOf } from '../probes/cluster-nodes.ts';
import replication from '../probes/replication.ts';
import server from '../probes/server.ts';

/** A node that was told to forget another one does not take it back from gossip for 60 s: all must be told within that. */
const WITHIN_SECONDS = 20;

/** Has every node of a cluster forget ids that stand for nobody any more. */
export default defineAction({
  args: z.strictObject({
    /** Node ids; those that are left from the past when absent. */
    ids: z
      .array(z.string().regex(/^[0-9a-f]{40}$/))
      .min(1)
      .optional(),
  }),
  needs: [clusterNodes, replication, server],
  sends: [['CLUSTER', 'FORGET']],
  risks: ['disruptive'],
  plan(args, { node, snapshot }) {
    const sights = sightsOf(snapshot);
    if (sights.length === 0) return { refused: `${node.name} is in no cluster that could be looked at` };
    const all = [...standings(sights.map(({ view }) => view)).values()];
    const gone = all.filter((standing) => (args.ids ? args.ids.includes(standing.peer.id) : isGhost(standing, all)));
    if (gone.length === 0) return { refused: 'the cluster knows no id that stands for nobody' };
    const kept = gone
      .map((standing) => objection(standing, all, sights, snapshot))
      .find((reason) => reason !== undefined);
    if (kept) return { refused: kept };
    const told = sights.map((sight) => ({
      sight,
      ids: gone.filter(({ peer }) => knows(sight, peer.id)).map(({ peer }) => peer.id),
    }));
    const commands = told.flatMap(({ sight, ids }) =>
      ids.map((id, at) => ({
        node: sight.node.name,
        argv: ['CLUSTER', 'FORGET', id] as const,
        applied: at === ids.length - 1 ? [membersOf(sight, ids.length)] : [],
      })),
    );
    const shows = told.map(({ sight, ids }) => membersOf(sight, ids.length));
    return {
      args: { ids: gone.map(({ peer }) => peer.id) },
      commands: commands.map((command, at) =>
        at === commands.length - 1
          ? {
              ...command,
              // What it shows itself it shows at once.
              until: { shows: shows.filter((one) => one.node !== command.node), withinSeconds: WITHIN_SECONDS },
            }
          : command,
      ),
      undo: 'A node that was forgotten comes back with CLUSTER MEET, when there is one: nothing of the data changes.',
      impact: [
        ...gone.map(
          ({ peer, failedFor, views }) =>
            `All ${sights.length} nodes forget ${peer.id.slice(0, 8)} (${memberName(snapshot, peer)}), which serves no slot and is failed for ${failedFor.length} of ${views}.`,
        ),
        'Slots, keys and clients are not touched.',
      ],
      risk: 'disruptive',
      watches: sights.flatMap((sight) => watch(sight.node, 'cluster-nodes.members')),
    };
  },
});

/** Why an id must stay. */
function objection(
  { peer, failedFor }: Standing,
  all: readonly Standing[],
  sights: readonly Sight[],
  snapshot: Snapshot,
): string | undefined {
  const name = peer.id.slice(0, 8);
  if (sights.some(({ view }) => view.myself.id === peer.id))
    return `${name} is ${memberName(snapshot, peer)}, which answers`;
  if (peer.slots.length > 0) return `${name} owns slots: they would have no owner`;
  if (failedFor.length === 0) return `no node counts ${name} as failed`;
  const follower = sights.find(({ view }) => view.myself.primaryId === peer.id);
  if (follower)
    return `${follower.node.name} follows ${name}, and a replica does not forget its primary: give it another one first`;
  const silent = all.find(
    (other) =>
      other.peer.id !== peer.id && !sights.some(({ view }) => view.myself.id === other.peer.id) && !isGhost(other, all),
  );
  return silent
    ? `${memberName(snapshot, silent.peer)} could not be read: it would not be told, and would bring ${name} back`
    : undefined;
}

function knows({ view }: Sight, id: string): boolean {
  return view.others.some((peer) => peer.id === id);
}

function membersOf({ node, view }: Sight, gone: number) {
  const members = view.others.filter(({ flags }) => !flags.has('handshake')).length + 1;
  return { node: node.name, reading: 'cluster-nodes.members', value: String(members - gone) };
}
