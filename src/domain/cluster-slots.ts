import {
  type ClusterPeer,
  type ClusterView,
  everybody,
  isFailed,
  isMember,
  rangesOf,
  SLOTS,
  type SlotRange,
} from './cluster.ts';
import { seatedAs } from './cluster-names.ts';
import { mostCommon } from './most-common.ts';
import { type Snapshot, sameAddress } from './snapshot.ts';

/** How a member stands in the views of the others. */
export interface Standing {
  /** Its line in the view with its newest configuration, not its own. */
  peer: ClusterPeer;
  /** Ids of the nodes that call it failed. */
  failedFor: string[];
  /** Ids of the nodes that do not hear it, without the cluster having agreed on it. */
  doubtedBy: string[];
  /** How many views of others it was looked for in. */
  views: number;
}

/** Everybody who is a member in somebody else's view, by id. */
export function standings(views: readonly ClusterView[]): Map<string, Standing> {
  const found = new Map<string, Standing>();
  for (const { myself, others } of views) {
    for (const peer of others.filter(isMember)) {
      const known = found.get(peer.id);
      const one = known ?? { peer, failedFor: [], doubtedBy: [], views: 0 };
      one.views += 1;
      if (isFailed(peer)) one.failedFor.push(myself.id);
      if (peer.flags.has('fail?')) one.doubtedBy.push(myself.id);
      if (peer.configEpoch > one.peer.configEpoch) one.peer = peer;
      found.set(peer.id, one);
    }
  }
  return found;
}

/** More than half of the others say that it has failed. */
export function isAgreedFailed({ failedFor, views }: Standing): boolean {
  return failedFor.length * 2 > views;
}

/** Failed, or not heard by most and by us: without a majority of primaries a cluster never agrees on more than a doubt. */
export function isLost(snapshot: Snapshot, standing: Standing): boolean {
  const { peer, failedFor, doubtedBy, views } = standing;
  if (isAgreedFailed(standing)) return true;
  return (failedFor.length + doubtedBy.length) * 2 > views && seatedAs(snapshot, peer.id)?.kind !== 'read';
}

/**
 * An entry that serves nothing and will not come back by itself: a node that lost its id, and its address with it, or that
 * goes on at its address under another one.
 */
export function isGhost({ peer, failedFor }: Standing, all: Iterable<Standing>): boolean {
  const { id, address, slots } = peer;
  if (slots.length > 0 || failedFor.length === 0) return false;
  if (!address) return true;
  return [...all].some(
    (other) =>
      other.peer.id !== id &&
      other.failedFor.length === 0 &&
      other.peer.address !== undefined &&
      sameAddress(other.peer.address, address),
  );
}

/** Ids of the members that are lost. */
export function lostIn(snapshot: Snapshot, views: readonly ClusterView[]): Set<string> {
  return new Set([...standings(views)].flatMap(([id, standing]) => (isLost(snapshot, standing) ? [id] : [])));
}

/** The owner of each slot as one node sees it, by id. */
export function ownersIn(view: ClusterView): (string | undefined)[] {
  const owners = Array.from({ length: SLOTS }, (): string | undefined => undefined);
  for (const peer of everybody(view).filter(isMember)) {
    for (const { from, to } of peer.slots) owners.fill(peer.id, from, to + 1);
  }
  return owners;
}

/** Slots that nobody serves. */
export interface Gaps {
  /** Nobody claims them. */
  unowned: SlotRange[];
  /** Their owner is gone. */
  orphaned: SlotRange[];
}

/**
 * An owner's own word counts: what it does not claim itself is not served, whatever its peers believe. For owners that
 * could not be asked the most common view counts.
 */
export function gapsIn(views: readonly ClusterView[], lost: ReadonlySet<string>): Gaps {
  const asked = new Set(views.map(({ myself }) => myself.id));
  const claims = new Map<number, string>();
  for (const { myself } of views) for (const slot of slotsOf(myself)) claims.set(slot, myself.id);
  const beliefs = views.map(ownersIn);
  const unowned: number[] = [];
  const orphaned: number[] = [];
  for (let slot = 0; slot < SLOTS; slot += 1) {
    const owner = claims.get(slot) ?? mostCommon(beliefs.map((owners) => owners[slot]));
    if (owner === undefined || (asked.has(owner) && !claims.has(slot))) unowned.push(slot);
    else if (lost.has(owner)) orphaned.push(slot);
  }
  return { unowned: rangesOf(unowned), orphaned: rangesOf(orphaned) };
}

/** Slots that a primary claims for itself. */
export function* slotsOf({ role, slots }: ClusterPeer): Generator<number> {
  if (role !== 'primary') return;
  for (const { from, to } of slots) for (let slot = from; slot <= to; slot += 1) yield slot;
}
