import type { Seat } from '../domain/cluster.ts';
import { kindOf } from '../domain/server.ts';
import { type Node, sameAddress } from '../domain/snapshot.ts';
import type { SentinelWatch, Target } from '../domain/target.ts';
import { ClusterMap } from './discover-cluster.ts';
import { adopt, meetSentinels } from './discover-sentinel.ts';
import { followLinks, seenFrom } from './follow-links.ts';
import { type Member, type Met, meet, onlyAs, type Wanted } from './meet.ts';
import type { Servers } from './ports.ts';

export interface Discovered {
  /** The target with what was learnt about it on the way. */
  target: Target;
  /** Those that hold data. */
  servers: Met[];
  sentinels: Met[];
  /** Who sits where in the cluster, by node name. */
  seats: ReadonlyMap<string, Seat>;
}

/** A node with its place in the cluster, where it has one. */
export function seated<N extends Node>(node: N, { seats }: Pick<Discovered, 'seats'>): N {
  const seat = seats.get(node.name);
  return seat ? { ...node, seat } : node;
}

/** Finds every member of a target. */
export async function discover(servers: Servers, target: Target): Promise<Discovered> {
  if (target.sentinel) return behindSentinels(servers, target, target.sentinel);
  const found = await followServers(servers, target, seedsOf(target));
  const sentinels = found.servers.filter(isSentinel);
  const rest = { ...found, servers: found.servers.filter((one) => !isSentinel(one)) };
  const watched = adopt(target, sentinels);
  if (!watched?.sentinel) return { target, ...rest, sentinels };
  // Met again with the name of their master, which the session must let through.
  for (const one of found.servers) if (one.kind === 'member') one.session.close();
  return behindSentinels(servers, watched, watched.sentinel);
}

/** The servers that the Sentinels name, and those that these name in turn. */
async function behindSentinels(servers: Servers, target: Target, watch: SentinelWatch): Promise<Discovered> {
  const { sentinels, watched } = await meetSentinels(servers, target, watch);
  // Of seeds that do not answer only the Sentinels can say that they are of their own.
  const seeds = seedsOf(target).filter((seed) => !sentinels.some((one) => sameAddress(one.address, seed.address)));
  const found = await followServers(servers, target, [...seeds, ...watched]);
  return { target, ...found, servers: found.servers.map((one) => onlyAs('server', one)), sentinels };
}

function seedsOf({ seeds }: Target): Wanted[] {
  return seeds.map((address) => ({ address, origin: 'seed' }));
}

/**
 * Opens these servers and every other that they report: the members of their cluster, or their primaries and replicas.
 * A Sentinel is nobody's peer, but a person may have named one.
 */
async function followServers(
  servers: Servers,
  target: Target,
  first: readonly Wanted[],
): Promise<Pick<Discovered, 'servers' | 'seats'>> {
  const cluster = new ClusterMap(servers, target);
  const met = await followLinks(first, {
    async meet(wanted) {
      const one = await meet(servers, target, wanted);
      return cluster.settle(wanted.origin === 'seed' ? one : onlyAs('server', one));
    },
    reported: (member) => cluster.peersOf(member) ?? replicationPeers(member),
  });
  return cluster.seated(met);
}

function isSentinel(one: Met): one is Member {
  return one.kind === 'member' && kindOf(one.identity) === 'sentinel';
}

function replicationPeers({ name, address, identity: { primary, replicas } }: Member): Wanted[] {
  const peers = replicas.map((peer) => seenFrom(address, peer, { reportedBy: name, as: 'replica' }));
  return primary ? [seenFrom(address, primary, { reportedBy: name, as: 'primary' }), ...peers] : peers;
}
