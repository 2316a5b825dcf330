import type { Role } from './server.ts';
import type { Address } from './target.ts';

export const SLOTS = 16_384;

/** A run of hash slots, both ends included. */
export interface SlotRange {
  from: number;
  to: number;
}

/** One line of CLUSTER NODES: what a node believes of a member of its cluster, itself among them. */
export interface ClusterPeer {
  id: string;
  /** As it is announced; undefined when the viewer knows none. */
  address?: Address;
  /** cluster-announce-hostname, 7.0 and newer. */
  hostname?: string;
  role: Role;
  /** Node id of the primary that it follows. */
  primaryId?: string;
  flags: ReadonlySet<string>;
  /** Epoch ms on the viewer's clock at which it was last heard; 0 when never, or when it is the viewer itself. */
  heardAt: number;
  configEpoch: number;
  /** The viewer's cluster bus link to it is up. */
  linked: boolean;
  slots: readonly SlotRange[];
}

/** A slot that is being moved, which only the two ends show. */
export interface OpenSlot {
  slot: number;
  direction: 'migrating' | 'importing';
  /** Node id of the other end. */
  peer: string;
}

/** The cluster as one node sees it. */
export interface ClusterView {
  myself: ClusterPeer;
  /** Everybody else, in the order of the reply. */
  others: readonly ClusterPeer[];
  open: readonly OpenSlot[];
}

/** The place of a node in its cluster. */
export interface Seat {
  id: string;
  role: Role;
  /** Node id of the primary of its shard: its own when it is one. */
  shard: string;
  /** What its shard serves. */
  slots: readonly SlotRange[];
  /** Where it says that it can be reached, when that leads nowhere from here. */
  announced?: { address: Address; detail: string };
}

/** Reads the reply of CLUSTER NODES; undefined when it is none. */
export function parseClusterNodes(text: string): ClusterView | undefined {
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  const peers = lines.flatMap((line) => peerOf(line) ?? []);
  const myself = peers.find(({ flags }) => flags.has('myself'));
  if (!myself || peers.length < lines.length) return undefined;
  return { myself, others: peers.filter((peer) => peer !== myself), open: lines.flatMap(openSlots) };
}

function peerOf(line: string): ClusterPeer | undefined {
  const [id = '', endpoint = '', flags = '', primary = '-', , heard = '', epoch = '', link, ...slots] = line.split(' ');
  if (!/^[0-9a-f]{40}$/.test(id) || link === undefined) return undefined;
  const marks = new Set(flags.split(','));
  const { address, hostname } = endpointOf(endpoint);
  return {
    id,
    ...(address && !marks.has('noaddr') && { address }),
    ...(hostname && { hostname }),
    role: marks.has('slave') ? 'replica' : 'primary',
    ...(primary !== '-' && { primaryId: primary }),
    flags: marks,
    heardAt: Number(heard) || 0,
    configEpoch: Number(epoch) || 0,
    linked: link === 'connected',
    slots: slots.flatMap(rangeOf),
  };
}

/** `ip:port@bus[,hostname[,name=value …]]`; the address may be IPv6 without brackets, and its host empty or `?`. */
function endpointOf(text: string): { address?: Address; hostname?: string } {
  const [socket = '', hostname = ''] = text.split(',');
  const [, host = '', port = ''] = /^(.*):(\d+)(?:@\d+)?$/.exec(socket) ?? [];
  return {
    ...(host !== '' && host !== '?' && Number(port) > 0 && { address: { host, port: Number(port) } }),
    ...(hostname !== '' && hostname !== '?' && { hostname }),
  };
}

function rangeOf(word: string): SlotRange[] {
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(word) ?? [];
  return from === undefined ? [] : [{ from: Number(from), to: Number(to) }];
}

function openSlots(line: string): OpenSlot[] {
  return [...line.matchAll(/\[(\d+)-([<>])-([0-9a-f]{40})\]/g)].map(([, slot, arrow, peer = '']) => ({
    slot: Number(slot),
    direction: arrow === '>' ? 'migrating' : 'importing',
    peer,
  }));
}

/** Everybody in a view, the viewer first. */
export function everybody({ myself, others }: ClusterView): ClusterPeer[] {
  return [myself, ...others];
}

/** False while it is still being met under an id that is not its own. */
export function isMember({ flags }: ClusterPeer): boolean {
  return !flags.has('handshake');
}

/** The majority of the primaries agreed that it is gone. */
export function isFailed({ flags }: ClusterPeer): boolean {
  return flags.has('fail');
}

/** How many slots these ranges hold. */
export function slotCount(ranges: readonly SlotRange[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
}

/** Single slots in order as ranges. */
export function rangesOf(slots: Iterable<number>): SlotRange[] {
  const ranges: SlotRange[] = [];
  for (const slot of slots) {
    const last = ranges.at(-1);
    if (last && last.to === slot - 1) last.to = slot;
    else ranges.push({ from: slot, to: slot });
  }
  return ranges;
}

const SHOWN = 4;

/** `0-5460`, `5, 7-9`; after four ranges `and 3 more ranges`. */
export function slotsText(ranges: readonly SlotRange[]): string {
  if (ranges.length === 0) return 'none';
  const shown = ranges.slice(0, SHOWN).map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`));
  const left = ranges.length - shown.length;
  return `${shown.join(', ')}${left > 0 ? ` and ${left} more ${left === 1 ? 'range' : 'ranges'}` : ''}`;
}
