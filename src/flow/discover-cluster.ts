import {
  type ClusterPeer,
  type ClusterView,
  everybody,
  isMember,
  parseClusterNodes,
  type Seat,
  SLOTS,
} from '../domain/cluster.ts';
import { ConnectionLost } from '../domain/connection-lost.ts';
import { sameAddress } from '../domain/snapshot.ts';
import { type Address, nodeName, reachableAt, type Target } from '../domain/target.ts';
import { seenFrom } from './follow-links.ts';
import { type Member, type Met, meet, type Wanted } from './meet.ts';
import type { Servers } from './ports.ts';

/** The nodes of one cluster as they are met: who names whom, and at the end who sits where. */
export class ClusterMap {
  readonly #servers: Servers;
  readonly #target: Target;
  readonly #views = new Map<Member, ClusterView>();
  /** Node name -> id, as peers tell. */
  readonly #ids = new Map<string, string>();
  readonly #announced = new Map<Member, Seat['announced']>();

  constructor(servers: Servers, target: Target) {
    this.#servers = servers;
    this.#target = target;
  }

  /** Asks a cluster node for its view, and goes over to the address that it announces where that leads to it. */
  async settle(one: Met): Promise<Met> {
    if (one.kind === 'unread' || one.identity.mode !== 'cluster') return one;
    const view = await askView(one);
    if (!view) return one;
    const member = await this.#atAnnounced(one, view);
    this.#views.set(member, view);
    return member;
  }

  /** Whom this node names as members; undefined when it may not be asked or is in no cluster. */
  peersOf(member: Member): Wanted[] | undefined {
    const view = this.#views.get(member);
    if (!view) return undefined;
    // Where another node has taken over an address, its peers are not ours.
    const expected = this.#ids.get(member.name);
    if (expected !== undefined && expected !== view.myself.id) return [];
    return view.others.filter(isMember).flatMap((peer) => {
      const address = this.#addressOf(peer);
      if (!address) return [];
      const wanted = seenFrom(member.address, address, { reportedBy: member.name, as: peer.role });
      this.#ids.set(nodeName(wanted.address), peer.id);
      return [wanted];
    });
  }

  /** Those who were met, shard by shard, with their seats by node name; without addresses of nodes that were met elsewhere. */
  seated(met: readonly Met[]): { servers: Met[]; seats: Map<string, Seat> } {
    const alive = new Set([...this.#views.values()].map(({ myself }) => myself.id));
    const servers = met.filter((one) => one.kind === 'member' || !alive.has(this.#ids.get(one.name) ?? ''));
    const lines = [...this.#views.values()].flatMap(everybody).filter(isMember);
    const seats = new Map<string, Seat>();
    for (const one of servers) {
      const seat = this.#seatOf(one, lines);
      if (seat) seats.set(one.name, seat);
    }
    return {
      servers: servers.toSorted((one, other) => place(seats.get(one.name)) - place(seats.get(other.name))),
      seats,
    };
  }

  #seatOf(one: Met, lines: readonly ClusterPeer[]): Seat | undefined {
    const own = one.kind === 'member' ? this.#views.get(one) : undefined;
    const id = own?.myself.id ?? this.#ids.get(one.name);
    const peer = own?.myself ?? newest(lines, id);
    if (!peer) return undefined;
    const shard = peer.role === 'replica' && peer.primaryId ? peer.primaryId : peer.id;
    const { slots = [] } = shard === peer.id ? peer : (newest(lines, shard) ?? {});
    const announced = one.kind === 'member' ? this.#announced.get(one) : undefined;
    return { id: peer.id, role: peer.role, shard, slots, ...(announced && { announced }) };
  }

  /** The announced address that there is a way to; over TLS by name, as certificates rarely hold addresses. */
  #addressOf({ address, hostname }: ClusterPeer): Address | undefined {
    if (!address || hostname === undefined) return address;
    const named = { host: hostname, port: address.port };
    const mapped = !sameAddress(reachableAt(this.#target, named), named);
    return mapped || this.#target.tls ? named : address;
  }

  async #atAnnounced(member: Member, { myself }: ClusterView): Promise<Member> {
    const announced = this.#addressOf(myself);
    if (!announced) return member;
    const { address } = seenFrom(member.address, announced, member.origin);
    if (sameAddress(address, member.address)) return member;
    const aliases = [...member.aliases, member.address];
    if (sameAddress(reachableAt(this.#target, address), reachableAt(this.#target, member.address))) {
      return { ...member, name: nodeName(address), address, aliases };
    }
    const there = await meet(this.#servers, this.#target, { address, origin: member.origin });
    if (there.kind === 'member' && there.identity.runId === member.identity.runId) {
      member.session.close();
      return { ...there, aliases };
    }
    if (there.kind === 'member') there.session.close();
    const detail = there.kind === 'unread' ? there.detail : `another server answers there: ${there.identity.runId}`;
    this.#announced.set(member, { address, detail });
    return member;
  }
}

/** By the first slot of its shard, the primary before its replicas; whoever serves nothing comes last. */
function place(seat: Seat | undefined): number {
  if (!seat) return 2 * SLOTS + 2;
  return 2 * (seat.slots[0]?.from ?? SLOTS) + (seat.role === 'primary' ? 0 : 1);
}

/** What is known of a node: the newest configuration, from whoever has not given it up. */
function newest(lines: readonly ClusterPeer[], id: string | undefined): ClusterPeer | undefined {
  return lines
    .filter((line) => line.id === id)
    .toSorted(
      (one, other) =>
        Number(other.flags.has('myself')) - Number(one.flags.has('myself')) || other.configEpoch - one.configEpoch,
    )[0];
}

/** Undefined when it may not be asked, or is lost: that shows when it is read. */
async function askView({ session }: Member): Promise<ClusterView | undefined> {
  try {
    const [reply] = await session.ask([['CLUSTER', 'NODES']]);
    return typeof reply === 'string' ? parseClusterNodes(reply) : undefined;
  } catch (error) {
    if (error instanceof ConnectionLost) return undefined;
    throw error;
  }
}
