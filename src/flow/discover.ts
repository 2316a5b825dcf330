import type { Target } from '../domain/target.ts';
import { followLinks, seenFrom } from './follow-links.ts';
import { type Member, type Met, meet, onlyAs, type Wanted } from './meet.ts';
import type { Servers } from './ports.ts';

export interface Discovered {
  /** The target with what was learnt about it on the way. */
  target: Target;
  /** Those that hold data. */
  servers: Met[];
  sentinels: Met[];
}

/** Finds every member of a target. */
export async function discover(servers: Servers, target: Target): Promise<Discovered> {
  const seeds = target.seeds.map((address): Wanted => ({ address, origin: 'seed' }));
  return { target, servers: await followReplication(servers, target, seeds), sentinels: [] };
}

/** Opens these servers and every primary and replica that they report. */
async function followReplication(servers: Servers, target: Target, first: readonly Wanted[]): Promise<Met[]> {
  return followLinks(first, {
    meet: async (wanted) => onlyAs('server', await meet(servers, target, wanted)),
    reported: replicationPeers,
  });
}

function replicationPeers({ name, address, identity: { primary, replicas } }: Member): Wanted[] {
  const peers = replicas.map((peer) => seenFrom(address, peer, { reportedBy: name, as: 'replica' }));
  return primary ? [seenFrom(address, primary, { reportedBy: name, as: 'primary' }), ...peers] : peers;
}
