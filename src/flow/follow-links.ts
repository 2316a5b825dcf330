import { isLoopback, type Origin, sameAddress } from '../domain/snapshot.ts';
import type { Address } from '../domain/target.ts';
import type { Member, Met, Wanted } from './meet.ts';

/** A chain that never ends is a mistake somewhere; a diagnosis must end all the same. */
const MOST_NODES = 256;

interface Links {
  /** Opens one address and asks who is there. */
  meet: (wanted: Wanted) => Promise<Met>;
  /** Whom this member names as its peers. */
  reported: (member: Member) => readonly Wanted[] | Promise<readonly Wanted[]>;
}

/** Meets these and, breadth first, everybody whom they report. One process is one node, however it is called. */
export async function followLinks(first: readonly Wanted[], { meet, reported }: Links): Promise<Met[]> {
  const met: Met[] = [];
  let next = first;
  while (next.length > 0 && met.length < MOST_NODES) {
    const fresh = withoutTwins(next, met).slice(0, MOST_NODES - met.length);
    const arrived = await Promise.all(fresh.map(meet));
    const joined = arrived.filter((one) => join(met, one)).filter((one) => one.kind === 'member');
    next = (await Promise.all(joined.map(async (one) => reported(one)))).flat();
  }
  return met;
}

/** False when it is a process that is known already, which learns another of its names. */
function join(met: Met[], one: Met): boolean {
  const known = twinOf(one, met);
  if (known && one.kind === 'member') {
    known.aliases.push(one.address, ...one.aliases);
    one.session.close();
    return false;
  }
  met.push(one);
  return true;
}

/** What is not known yet by its address; what is learns the names that its peers have for it. */
function withoutTwins(wanted: readonly Wanted[], met: readonly Met[]): Wanted[] {
  const fresh: Wanted[] = [];
  for (const one of wanted) {
    const known = met.find((other) => knows(other, one.address));
    if (known?.kind === 'member' && one.alias) known.aliases.push(one.alias);
    if (!known && !fresh.some(({ address }) => sameAddress(address, one.address))) fresh.push(one);
  }
  return fresh;
}

function knows(one: Met, address: Address): boolean {
  const names = one.kind === 'member' ? [one.address, ...one.aliases] : [one.address];
  return names.some((name) => sameAddress(name, address));
}

function twinOf(one: Met, met: readonly Met[]): Member | undefined {
  if (one.kind === 'unread' || one.identity.runId === '') return undefined;
  return met.filter((other) => other.kind === 'member').find((other) => other.identity.runId === one.identity.runId);
}

/** A server that calls its peer 127.0.0.1 means its own host. */
export function seenFrom(reporter: Address, peer: Address, origin: Origin): Wanted {
  if (!isLoopback(peer.host) || isLoopback(reporter.host)) return { address: peer, origin };
  return { address: { host: reporter.host, port: peer.port }, origin, alias: peer };
}
