import type { Seat } from '../domain/cluster.ts';
import type { Target } from '../domain/target.ts';
import { ClusterMap } from './discover-cluster.ts';
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

/** Finds every member of a target. */
export async function discover(servers: Servers, target: Target): Promise<Discovered> {
  const seeds = target.seeds.map((address): Wanted => ({ address, origin: 'seed' }));
  return { target, ...(await followServers(servers, target, seeds)), sentinels: [] };
}

/** Opens these servers and every other that they report: the members of their cluster, or their primaries and replicas. */
async function followServers(
  servers: Servers,
  target: Target,
  first: readonly Wanted[],
): Promise<Pick<Discovered, 'servers' | 'seats'>> {
  const cluster = new ClusterMap(servers, target);
  const met = await followLinks(first, {
    meet: async (wanted) => cluster.settle(onlyAs('server', await meet(servers, target, wanted))),
    reported: (member) => cluster.peersOf(member) ?? replicationPeers(member),
  });
  return cluster.seated(met);
}

function replicationPeers({ name, address, identity: { primary, replicas } }: Member): Wanted[] {
  const peers = replicas.map((peer) => seenFrom(address, peer, { reportedBy: name, as: 'replica' }));
  return primary ? [seenFrom(address, primary, { reportedBy: name, as: 'primary' }), ...peers] : peers;
}
