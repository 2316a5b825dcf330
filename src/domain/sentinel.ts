import { type Reply, ReplyError } from './command.ts';
import { Info } from './info.ts';
import { listReply, NotAnswered, type Probe, textReply } from './probe.ts';
import { peerOf, type ReadNode, readingIfAny, readingOf, readSentinels, type Snapshot } from './snapshot.ts';
import { type Address, nodeName, type Target } from './target.ts';

/** One entry of SENTINEL MASTER, REPLICAS or SENTINELS, by the names that Sentinel gives its fields. */
export class SentinelEntry {
  readonly #fields: ReadonlyMap<string, string>;

  /** Reads names and values in turn. */
  constructor(reply: Reply | undefined) {
    const words = listReply(known(reply)).map((word) => textReply(word));
    this.#fields = new Map(words.flatMap((name, at) => (at % 2 === 0 ? [[name, words[at + 1] ?? '']] : [])));
  }

  text(name: string): string {
    return this.#fields.get(name) ?? '';
  }

  /** Undefined when the version or the state of the entry has no such figure. */
  number(name: string): number | undefined {
    const text = this.#fields.get(name);
    const value = Number(text);
    return text === undefined || text === '' || !Number.isFinite(value) ? undefined : value;
  }

  /** Where it says that it listens; undefined while it has not told (port 0). */
  get address(): Address | undefined {
    return addressFrom(this.text('ip'), this.text('port'));
  }

  /** master, slave or sentinel, and s_down, o_down, disconnected, failover_in_progress … */
  get flags(): string[] {
    return this.text('flags').split(',').filter(Boolean);
  }
}

export function entriesIn(reply: Reply | undefined): SentinelEntry[] {
  return listReply(known(reply)).map((each) => new SentinelEntry(each));
}

/** The reply, unless it says that the Sentinel does not watch the master that it was asked about. */
export function known(reply: Reply | undefined): Reply | undefined {
  if (!(reply instanceof ReplyError) || !reply.message.includes('No such master')) return reply;
  throw new NotAnswered('it watches no master of this name');
}

/** The answer to GET-MASTER-ADDR-BY-NAME; undefined where the name is not known. */
export function masterAddress(reply: Reply | undefined): Address | undefined {
  if (reply === null) return undefined;
  const [host, port] = listReply(reply);
  return addressFrom(textReply(host), textReply(port));
}

function addressFrom(host: string, port: string): Address | undefined {
  const number = Number(port);
  return host !== '' && number > 0 ? { host, port: number } : undefined;
}

/** A master as INFO of a Sentinel lists it. */
export interface WatchedMaster {
  name: string;
  /** ok, sdown, odown */
  status: string;
  address: string;
}

export function watchedMasters(info: Info): WatchedMaster[] {
  return [...info.withPrefix('master')]
    .filter(([rest]) => /^\d+$/.test(rest))
    .map(([, value]) => {
      const parts = Info.parts(value);
      return { name: parts.get('name') ?? '', status: parts.get('status') ?? '', address: parts.get('address') ?? '' };
    });
}

/** Questions about the master that is meant, for a probe; a string where it is not known which. */
export function aboutMaster(target: Target, ...subcommands: readonly string[]): [string, string, string][] | string {
  const { sentinel } = target;
  if (!sentinel) return 'which of its masters is meant is not known: name it in medic.yml (sentinel.master)';
  return subcommands.map((subcommand) => ['SENTINEL', subcommand, sentinel.master]);
}

/** What one Sentinel says. */
export interface Testimony<T> {
  by: ReadNode;
  now: T;
  before?: T;
}

/** What each Sentinel that answers says; none where the target has no Sentinels. Throws NotAnswered when not one could tell. */
export function testimonies<T>(snapshot: Snapshot, probe: Probe<T>): Testimony<T>[] {
  const sentinels = readSentinels(snapshot);
  const told = sentinels.flatMap((by): Testimony<T>[] => {
    const reading = readingIfAny(by, probe);
    return reading ? [{ by, ...reading }] : [];
  });
  if (told.length > 0) return told;
  const [first] = sentinels;
  if (first) readingOf(first, probe);
  if (snapshot.sentinels.length > 0) throw new NotAnswered('no Sentinel of this target could be read');
  return [];
}

/** The name of the node that a Sentinel means by this address, whether or not we met it. */
export function nameOf(snapshot: Snapshot, by: ReadNode, address: Address): string {
  return peerOf(snapshot, by, address)?.name ?? nodeName(address);
}

/** `2 of 3 Sentinels`, `all 3 Sentinels`, `the only Sentinel`. */
export function share(some: number, all: number): string {
  if (all === 1) return 'the only Sentinel that answers';
  return some === all ? `all ${all} Sentinels that answer` : `${some} of ${all} Sentinels that answer`;
}

/** A majority must agree to a failover, and at least the quorum on that the master is down. */
export function neededFor(voters: number, quorum: number): number {
  return Math.max(quorum, Math.floor(voters / 2) + 1);
}
