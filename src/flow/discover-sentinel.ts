import type { Command, Reply } from '../domain/command.ts';
import { NotAnswered } from '../domain/probe.ts';
import { entriesIn, masterAddress, watchedMasters } from '../domain/sentinel.ts';
import { sameAddress } from '../domain/snapshot.ts';
import type { Address, SentinelWatch, Target } from '../domain/target.ts';
import { followLinks, seenFrom } from './follow-links.ts';
import { causeOf, type Member, type Met, meet, onlyAs, type Wanted } from './meet.ts';
import type { Servers } from './ports.ts';

export interface Watchers {
  sentinels: Met[];
  /** The data servers that any of them names. */
  watched: Wanted[];
}

/** Meets the Sentinels of a target and those whom they know, and hears from each which servers it watches. */
export async function meetSentinels(servers: Servers, target: Target, watch: SentinelWatch): Promise<Watchers> {
  const watched: Wanted[] = [];
  const seeds = watch.seeds.map((address): Wanted => ({ address, origin: 'seed' }));
  const sentinels = await followLinks(seeds, {
    meet: async (wanted) => onlyAs('sentinel', await meet(servers, target, wanted, 'sentinel')),
    async reported(sentinel) {
      const told = await hear(sentinel, watch.master);
      watched.push(...told.watched);
      return told.peers;
    },
  });
  return { sentinels, watched };
}

/** One that falls silent, refuses or does not know the master tells nothing; its sample shows why. */
async function hear(sentinel: Member, master: string): Promise<{ watched: Wanted[]; peers: Wanted[] }> {
  const words = ['GET-MASTER-ADDR-BY-NAME', 'REPLICAS', 'SENTINELS'] as const;
  const [primary, replicas, peers] = await asked(
    sentinel,
    words.map((word) => ['SENTINEL', word, master]),
  );
  const seen = (as: 'primary' | 'replica' | 'sentinel', addresses: () => readonly (Address | undefined)[]) =>
    answered(addresses)
      .filter((address) => address !== undefined)
      .map((address) => seenFrom(sentinel.address, address, { reportedBy: sentinel.name, as }));
  return {
    watched: [
      ...seen('primary', () => [masterAddress(primary)]),
      ...seen('replica', () => entriesIn(replicas).map((entry) => entry.address)),
    ],
    peers: seen('sentinel', () => entriesIn(peers).map((entry) => entry.address)),
  };
}

async function asked(sentinel: Member, commands: readonly Command[]): Promise<readonly Reply[]> {
  try {
    return await sentinel.session.ask(commands);
  } catch (error) {
    causeOf(error);
    return [];
  }
}

function answered<T>(read: () => readonly T[]): readonly T[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotAnswered) return [];
    throw error;
  }
}

/** The target as it is when one of its addresses turns out to be a Sentinel's: clear where that watches one master only. */
export function adopt(target: Target, sentinels: readonly Member[]): Target | undefined {
  const [master, ...others] = new Set(sentinels.flatMap(({ info }) => watchedMasters(info).map(({ name }) => name)));
  if (master === undefined || others.length > 0) return undefined;
  const addresses = sentinels.map(({ address }) => address);
  const { credentials, tls } = target;
  return {
    ...target,
    kind: 'sentinel',
    seeds: target.seeds.filter((seed) => !addresses.some((address) => sameAddress(address, seed))),
    sentinel: { seeds: addresses, master, credentials, ...(tls && { tls }) },
  };
}
