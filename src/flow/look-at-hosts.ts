import { type Command, type Reply, ReplyError } from '../domain/command.ts';
import { fill, type HostPlace } from '../domain/host-place.ts';
import { NotAnswered, type Probe } from '../domain/probe.ts';
import { claimOf, placeOf, type ServerFiles, serverFiles } from '../domain/server-files.ts';
import type { Node, ProbeOutcome, ReadNode } from '../domain/snapshot.ts';
import type { HostAccess, Target } from '../domain/target.ts';
import { findProcess } from './find-process.ts';
import type { Member, Met } from './meet.ts';
import type { Clock, HostSession, Hosts } from './ports.ts';
import { keyOf } from './questions.ts';
import { readOutcome } from './read-outcome.ts';

/** The kernel counts in hundredths of a second: over less than this a rate says little. */
const SHORTEST_MS = 1000;

export interface HostLooking {
  hosts: Hosts;
  target: Target;
  probes: readonly Probe<unknown>[];
  clock: Clock;
}

/** What a host answered at one moment. */
interface Moment {
  answers: ReadonlyMap<string, string | ReplyError>;
  at: number;
}

type Begun = { session: HostSession; place: HostPlace; first: Moment } | { reason: string };

/**
 * Looks at the hosts of these servers while they are sampled, and adds what was seen to the nodes. Where the target
 * gives no access to them, the nodes stay as they are; nothing that a host does makes a sample fail.
 */
export async function withHosts(
  looking: HostLooking,
  met: readonly Met[],
  sample: () => Promise<Node[]>,
): Promise<Node[]> {
  const { target, clock } = looking;
  const access = target.host;
  if (!access) return sample();
  const probes = looking.probes.filter((probe) => probe.asks === 'host');
  const sessions = openOnce(looking.hosts, access);
  const begun = new Map<string, Promise<Begun>>();
  for (const member of met) {
    if (member.kind === 'unread') continue;
    const session = sessions.of(hostAddress(access, member));
    begun.set(member.name, begin(member, target, session, probes, clock).catch(whyNot));
  }
  const withHost = async (node: Node): Promise<Node> => {
    const start = await begun.get(node.name);
    if (node.kind === 'unread' || !start) return node;
    const end = 'reason' in start ? start : await finish(start, node, probes, clock).catch(whyNot);
    const seen = 'reason' in end ? allUnanswered(probes, end.reason) : end;
    return { ...node, outcomes: new Map([...node.outcomes, ...seen]) };
  };
  try {
    return await Promise.all((await sample()).map(withHost));
  } finally {
    sessions.close();
  }
}

/** One session a machine, however many servers are on it. */
function openOnce(hosts: Hosts, access: HostAccess) {
  const opening = new Map<string, Promise<HostSession | string>>();
  return {
    of(address: string): Promise<HostSession | string> {
      const session = opening.get(address) ?? hosts.open(access, address);
      opening.set(address, session);
      return session;
    },
    close(): void {
      for (const session of opening.values()) {
        session.then((one) => (typeof one === 'string' ? undefined : one.close())).catch(() => undefined);
      }
    },
  };
}

function hostAddress(access: HostAccess, { name, address }: Member): string {
  if (access.kind === 'local') return 'localhost';
  const given = typeof access.address === 'object' ? access.address[name] : access.address;
  return given ?? address.host;
}

function whyNot(error: unknown): { reason: string } {
  if (error instanceof NotAnswered) return { reason: error.message };
  return { reason: `looking at the host failed: ${error instanceof Error ? error.message : String(error)}` };
}

async function begin(
  member: Member,
  target: Target,
  opening: Promise<HostSession | string>,
  probes: readonly Probe<unknown>[],
  clock: Clock,
): Promise<Begun> {
  // Asked before anything is awaited, so that it reaches the server ahead of the first sample and is in no rate.
  const asking = askFiles(member, target);
  const [session, files] = await Promise.all([opening, asking]);
  if (typeof session === 'string') return { reason: session };
  const claim = claimOf(member.info);
  if (!claim) return { reason: 'the server does not say which process it is' };
  const place = placeOf(member.info, files, await findProcess(session, claim));
  const pairs = probes.filter((probe) => probe.sampled === 'pair');
  return { session, place, first: await take(session, pairs, place, clock) };
}

/** Without the names of its files there still is the process. */
async function askFiles({ session, identity, info }: Member, target: Target): Promise<ServerFiles | NotAnswered> {
  const commands = serverFiles.commands(identity, info, target);
  if (typeof commands === 'string') return new NotAnswered(commands);
  try {
    return serverFiles.read(await session.ask(commands), identity);
  } catch (error) {
    return new NotAnswered(error instanceof Error ? error.message : String(error));
  }
}

async function finish(
  { session, place, first }: Exclude<Begun, { reason: string }>,
  { identity }: ReadNode,
  probes: readonly Probe<unknown>[],
  clock: Clock,
): Promise<Map<Probe<unknown>, ProbeOutcome>> {
  const tooSoon = first.at + SHORTEST_MS - clock.now();
  if (tooSoon > 0) await clock.sleep(tooSoon);
  const last = await take(session, probes, place, clock);
  const seconds = (last.at - first.at) / 1000;
  return new Map(
    probes.map((probe) => {
      const read = (moment: Moment) => () => probe.read(repliesTo(probe, moment, place), identity);
      return [probe, readOutcome(read(last), probe.sampled === 'pair' ? { read: read(first), seconds } : undefined)];
    }),
  );
}

/** Asks every question of these probes, each once. */
async function take(
  session: HostSession,
  probes: readonly Probe<unknown>[],
  place: HostPlace,
  clock: Clock,
): Promise<Moment> {
  const questions = new Map<string, Command>();
  for (const template of probes.flatMap(({ allows }) => allows)) {
    const filled = questionsOf(template, place);
    if (!(filled instanceof NotAnswered)) for (const question of filled) questions.set(keyOf(question), question);
  }
  const replies = await session.ask([...questions.values()]);
  const answers = [...questions.keys()].map((key, at) => [key, replies[at] ?? new ReplyError('no answer')] as const);
  return { answers: new Map(answers), at: clock.now() };
}

function repliesTo(probe: Probe<unknown>, { answers }: Moment, place: HostPlace): Reply[] {
  return probe.allows.map((template) => {
    const filled = questionsOf(template, place);
    if (filled instanceof NotAnswered) return new ReplyError(filled.message);
    return filled.map((question): Reply => [question.at(-1) ?? '', answers.get(keyOf(question)) ?? null]);
  });
}

function questionsOf(template: Command, place: HostPlace): Command[] | NotAnswered {
  try {
    return fill(template, place);
  } catch (error) {
    if (error instanceof NotAnswered) return error;
    throw error;
  }
}

function allUnanswered(probes: readonly Probe<unknown>[], reason: string): Map<Probe<unknown>, ProbeOutcome> {
  return new Map(probes.map((probe) => [probe, { kind: 'unanswered', reason }]));
}
