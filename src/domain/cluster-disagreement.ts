import type { ClusterView } from './cluster.ts';
import { ownersIn } from './cluster-slots.ts';
import { mostCommon } from './most-common.ts';

type Owners = readonly (string | undefined)[];

/** A node that gives slots to other owners than most nodes do. */
export interface Dissent {
  /** Id of the node. */
  by: string;
  /** In order, with the owners that most nodes and this one name, by id; undefined for nobody. */
  slots: { slot: number; most: string | undefined; here: string | undefined }[];
}

/** Who sees the slots otherwise than most; slots that are being moved aside. */
export function dissentsIn(views: readonly ClusterView[]): Dissent[] {
  const moving = new Set(views.flatMap(({ open }) => open.map(({ slot }) => slot)));
  const maps = views.map((view) => {
    const owners = ownersIn(view);
    return { by: view.myself.id, owners, key: keyOf(owners, moving) };
  });
  const common = mostCommon(maps.map(({ key }) => key));
  const most = maps.find(({ key }) => key === common);
  if (!most) return [];
  return maps
    .filter(({ key }) => key !== common)
    .map(({ by, owners }) => ({
      by,
      slots: owners.flatMap((here, slot) =>
        here === most.owners[slot] || moving.has(slot) ? [] : [{ slot, most: most.owners[slot], here }],
      ),
    }));
}

/** The same for the same owners of the same slots. */
function keyOf(owners: Owners, moving: ReadonlySet<number>): string {
  const changes: string[] = [];
  let last: string | undefined;
  for (const [slot, owner] of owners.entries()) {
    if (owner === last || moving.has(slot)) continue;
    changes.push(`${slot} ${owner ?? ''}`);
    last = owner;
  }
  return changes.join();
}

interface Moments {
  view: ClusterView;
  before?: ClusterView;
}

/** Those that were there in both samples already; all where there is one sample only. */
export function lasting(dissents: readonly Dissent[], sights: readonly Moments[]): Dissent[] {
  const earlier = sights.flatMap(({ before }) => before ?? []);
  if (earlier.length < sights.length) return [...dissents];
  const known = new Map(dissentsIn(earlier).map(({ by, slots }) => [by, new Map(slots.map((one) => [one.slot, one]))]));
  return dissents.flatMap(({ by, slots }) => {
    const left = slots.filter(({ slot, most, here }) => {
      const then = known.get(by)?.get(slot);
      return then?.most === most && then?.here === here;
    });
    return left.length > 0 ? [{ by, slots: left }] : [];
  });
}

/**
 * More time will not bring them together: a node has heard from the owner between the samples, or its link to it is down,
 * and goes on to see the slot otherwise than the owner does.
 */
export function isStuck({ slots: [first] }: Dissent, sights: readonly Moments[]): boolean {
  if (!first) return false;
  const { slot } = first;
  const owners = sights.filter(({ view }) => [first.most, first.here].includes(view.myself.id));
  return owners.some((owner) =>
    sights.some(({ view, before }) => {
      const id = owner.view.myself.id;
      const line = view.others.find((other) => other.id === id);
      if (!line || ownersIn(view)[slot] === ownersIn(owner.view)[slot]) return false;
      const then = before?.others.find((other) => other.id === id);
      return !line.linked || (then !== undefined && line.heardAt > then.heardAt);
    }),
  );
}
