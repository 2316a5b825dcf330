import { ReplyError } from '../domain/command.ts';
import { ConnectionLost } from '../domain/connection-lost.ts';
import { type Info, parseInfo } from '../domain/info.ts';
import { printable } from '../domain/printable.ts';
import { infoCommand, PLAIN_INFO } from '../domain/probe.ts';
import { recognize } from '../domain/provider.ts';
import { identify, kindOf, type ServerIdentity, type ServerKind } from '../domain/server.ts';
import { type Origin, sameAddress, type UnreadCause, type UnreadNode } from '../domain/snapshot.ts';
import { type Address, nodeName, reachableAt, sentinelLogin, type Target } from '../domain/target.ts';
import type { ReadOnlySession, Servers } from './ports.ts';

/** A server or Sentinel that answered, with the connection to go on with. */
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

export interface Wanted {
  address: Address;
  origin: Origin;
  /** As the reporting server calls it, where that means something else from here. */
  alias?: Address;
}

/** Opens one server, with the login of what is expected there, and asks who it is. */
export async function meet(
  servers: Servers,
  target: Target,
  { address, origin, alias }: Wanted,
  expected: ServerKind = 'server',
): Promise<Met> {
  const name = nodeName(address);
  const opened = await servers.read(address, expected === 'sentinel' ? sentinelLogin(target) : target);
  if (opened.kind === 'refused') {
    return {
      kind: 'unread',
      name,
      address,
      origin,
      cause: opened.cause,
      detail: opened.detail + detour(target, address),
    };
  }
  const { session } = opened;
  try {
    const told = readInfo(await askInfo(session, expected));
    if ('identity' in told) {
      const identity = { ...told.identity, ...wayTo(session, address, target, told.info) };
      return { kind: 'member', name, address, aliases: alias ? [alias] : [], origin, session, ...told, identity };
    }
    session.close();
    return { kind: 'unread', name, address, origin, ...told };
  } catch (error) {
    session.close();
    return { kind: 'unread', name, address, origin, ...causeOf(error) };
  }
}

/** Where we really went, for people who look for the reason. */
function detour(target: Target, address: Address): string {
  const way = reachableAt(target, address);
  return sameAddress(way, address) ? '' : ` (by way of ${nodeName(way)}, as addresses of the target say)`;
}

/** A Sentinel of 6.2 answers `INFO everything` with nothing: then only plain INFO says what it is. */
async function askInfo(session: ReadOnlySession, expected: ServerKind): Promise<unknown> {
  const [reply] = await session.ask([infoCommand(expected)]);
  if (reply !== '') return reply;
  const [plain] = await session.ask([PLAIN_INFO]);
  return plain;
}

const ODD: Readonly<Record<ServerKind, string>> = {
  server: 'it is a data server, no Sentinel: Sentinels listen on a port of their own, by default 26379',
  sentinel: 'it is a Sentinel, which holds no data',
};

/** What turned out to be something else than is wanted at its address counts as not read. */
export function onlyAs(expected: ServerKind, one: Met): Met {
  if (one.kind === 'unread' || kindOf(one.identity) === expected) return one;
  one.session.close();
  const { name, address, origin } = one;
  return { kind: 'unread', name, address, origin, cause: 'not-a-redis-server', detail: ODD[kindOf(one.identity)] };
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
  return identity
    ? { identity, info }
    : { cause: 'not-a-redis-server', detail: `its INFO names no version: "${printable(reply, 60)}"` };
}

/** What the way to a server shows and its INFO does not say: who runs it, and whether it lets strangers in. */
type Way = Pick<ServerIdentity, 'provider' | 'admitsAnyone'>;

function wayTo({ admitsAnyone }: ReadOnlySession, address: Address, target: Target, info: Info): Way {
  // Replicas go by bare addresses where only the endpoint has a name.
  const hosts = [address, ...target.seeds].map(({ host }) => host);
  const provider = target.managedBy ? { id: target.managedBy, by: 'medic.yml says so' } : recognize(info, hosts);
  return { ...(provider && { provider }), ...(admitsAnyone !== undefined && { admitsAnyone }) };
}

/** What stays true of a server when its INFO is read again. */
export function shownByTheWay({ provider, admitsAnyone }: ServerIdentity): Way {
  return { ...(provider && { provider }), ...(admitsAnyone !== undefined && { admitsAnyone }) };
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
