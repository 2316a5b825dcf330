import { ReplyError } from '../domain/command.ts';
import { ConnectionLost } from '../domain/connection-lost.ts';
import { type Info, parseInfo } from '../domain/info.ts';
import { printable } from '../domain/printable.ts';
import { INFO_EVERYTHING } from '../domain/probe.ts';
import { identify, type ServerIdentity } from '../domain/server.ts';
import { type Origin, sameAddress, sameHost, type UnreadCause, type UnreadNode } from '../domain/snapshot.ts';
import { type Address, nodeName, type Target } from '../domain/target.ts';
import type { ReadOnlySession, Servers } from './ports.ts';

/** A chain of replicas that never ends is a mistake somewhere; a diagnosis must end all the same. */
const MOST_NODES = 64;

/** A server that answered, with the connection to go on with. */
export interface Member {
  kind: 'member';
  name: string;
  address: Address;
  aliases: Address[];
  origin: Origin;
  session: ReadOnlySession;
  identity: ServerIdentity;
  info: Info;
}

export type Met = Member | UnreadNode;

interface Wanted {
  address: Address;
  origin: Origin;
  /** As the reporting server calls it, where that means something else from here. */
  alias?: Address;
}

/** Opens the seeds and, breadth first, every primary and replica that they report. One process is one node, however it is called. */
export async function discover(servers: Servers, target: Target): Promise<Met[]> {
  const met: Met[] = [];
  let next: Wanted[] = target.seeds.map((address) => ({ address, origin: 'seed' }));
  while (next.length > 0 && met.length < MOST_NODES) {
    const fresh = withoutTwins(next, met).slice(0, MOST_NODES - met.length);
    const arrived = await Promise.all(fresh.map((wanted) => meet(servers, target, wanted)));
    next = [];
    for (const one of arrived) {
      const known = twinOf(one, met);
      if (known && one.kind === 'member') {
        known.aliases.push(one.address, ...one.aliases);
        one.session.close();
        continue;
      }
      met.push(one);
      if (one.kind === 'member') next.push(...reported(one));
    }
  }
  return met;
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

function reported({ name, address, identity: { primary, replicas } }: Member): Wanted[] {
  const peers = replicas.map((peer) => seenFrom(address, peer, { reportedBy: name, as: 'replica' }));
  return primary ? [seenFrom(address, primary, { reportedBy: name, as: 'primary' }), ...peers] : peers;
}

/** A server that calls its peer 127.0.0.1 means its own host. */
function seenFrom(reporter: Address, peer: Address, origin: Origin): Wanted {
  if (!isLoopback(peer.host) || isLoopback(reporter.host)) return { address: peer, origin };
  return { address: { host: reporter.host, port: peer.port }, origin, alias: peer };
}

function isLoopback(host: string): boolean {
  return sameHost(host, 'localhost') || host.startsWith('127.');
}

/** Opens one server and asks who it is. */
export async function meet(servers: Servers, target: Target, { address, origin, alias }: Wanted): Promise<Met> {
  const name = nodeName(address);
  const opened = await servers.read(address, target);
  if (opened.kind === 'refused')
    return { kind: 'unread', name, address, origin, cause: opened.cause, detail: opened.detail };
  const { session } = opened;
  try {
    const [reply] = await session.ask([INFO_EVERYTHING]);
    const told = readInfo(reply);
    if ('identity' in told)
      return { kind: 'member', name, address, aliases: alias ? [alias] : [], origin, session, ...told };
    session.close();
    return { kind: 'unread', name, address, origin, ...told };
  } catch (error) {
    session.close();
    return { kind: 'unread', name, address, origin, ...causeOf(error) };
  }
}

export interface Told {
  identity: ServerIdentity;
  info: Info;
}

export interface Untold {
  cause: UnreadCause;
  detail: string;
}

/** What a reply to INFO says of the server, or why it says nothing. */
export function readInfo(reply: unknown): Told | Untold {
  if (reply instanceof ReplyError) return { cause: refusal(reply), detail: printable(reply.message) };
  if (typeof reply !== 'string') return { cause: 'not-a-redis-server', detail: 'its answer to INFO is not text' };
  const info = parseInfo(reply);
  const identity = identify(info);
  if (identity?.mode === 'sentinel')
    return {
      cause: 'not-a-redis-server',
      detail: 'it is a Sentinel, which holds no data: name the primary that it watches',
    };
  return identity
    ? { identity, info }
    : { cause: 'not-a-redis-server', detail: `its INFO names no version: "${printable(reply, 60)}"` };
}

function refusal(reply: ReplyError): UnreadCause {
  if (reply.code === 'BUSY') return 'busy';
  if (reply.code === 'NOAUTH') return 'auth-required';
  // NOPERM, and the unknown command that a renamed INFO is.
  return 'no-permission';
}

/** The cause behind a question that got no answer; anything but a lost connection is a bug and goes on. */
export function causeOf(error: unknown): Untold {
  if (error instanceof ConnectionLost) return { cause: error.how, detail: error.message };
  throw error;
}
