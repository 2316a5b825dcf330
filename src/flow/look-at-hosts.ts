import { type HostPlace, unknownPlace } from '../domain/host-place.ts';
import { NotAnswered, type Probe } from '../domain/probe.ts';
import type { ServerIdentity } from '../domain/server.ts';
import { claimOf, placeOf, type ServerFiles, serverFiles } from '../domain/server-files.ts';
import type { Node, ProbeOutcome } from '../domain/snapshot.ts';
import { type HostAccess, sshHost, type Target } from '../domain/target.ts';
import { askHost, type Moment, repliesTo } from './ask-host.ts';
import { findProcess } from './find-process.ts';
import type { Member, Met } from './meet.ts';
import type { Clock, HostSession, Hosts } from './ports.ts';
import { readOutcome } from './read-outcome.ts';

/** The kernel counts in hundredths of a second: over less than this a rate says little. */
const SHORTEST_MS = 1000;

export interface HostLooking {
  hosts: Hosts;
  target: Target;
  probes: readonly Probe<unknown>[];
  /** Only these are asked, and once; all of them when undefined. */
  only?: ReadonlySet<Probe<unknown>> | undefined;
  clock: Clock;
}

type Begun = { session: HostSession; place: HostPlace; first: Moment | undefined } | { reason: string };

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
  const { only } = looking;
  const probes = looking.probes.filter((probe) => probe.asks === 'host' && (only?.has(probe) ?? true));
  const pairs = only ? undefined : probes.filter((probe) => probe.sampled === 'pair');
  const sessions = openOnce(looking.hosts, access);
  const begun = new Map<string, Promise<Begun>>();
  for (const one of met) {
    const session = sessions.of(hostAddress(access, one));
    begun.set(one.name, begin(one, target, session, pairs, clock).catch(whyNot));
  }
  const withHost = async (node: Node): Promise<Node> => {
    const start = await begun.get(node.name);
    if (!start) return node;
    const end = 'reason' in start ? start : await finish(start, probes, clock).catch(whyNot);
    const seen = 'reason' in end ? allUnanswered(probes, end.reason) : end;
    return { ...node, outcomes: new Map([...(node.outcomes ?? []), ...seen]) };
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

function hostAddress(access: HostAccess, { address }: Met): string {
  return access.kind === 'local' ? 'localhost' : sshHost(access, address);
}

function whyNot(error: unknown): { reason: string } {
  if (error instanceof NotAnswered) return { reason: error.message };
  return { reason: `looking at the host failed: ${error instanceof Error ? error.message : String(error)}` };
}

async function begin(
  one: Met,
  target: Target,
  opening: Promise<HostSession | string>,
  pairs: readonly Probe<unknown>[] | undefined,
  clock: Clock,
): Promise<Begun> {
  // Asked before anything is awaited, so that it reaches the server ahead of the first sample and is in no rate.
  const asking = one.kind === 'member' ? askFiles(one, target) : undefined;
  const session = await opening;
  if (typeof session === 'string') return { reason: session };
  const place = asking && one.kind === 'member' ? await locate(one, session, await asking, backupsOf(target)) : NOWHERE;
  return { session, place, first: pairs && (await askHost(session, pairs, place, clock)) };
}

/** Of a server that does not answer the process is not known, but its host may tell what became of it. */
const NOWHERE = unknownPlace('the server does not answer, so its process on the host is not known');

/** Where the backup stands that was put there to be restored. */
function backupsOf({ host }: Target): string | undefined {
  return host?.kind === 'ssh' ? host.remediate?.backups : undefined;
}

async function locate(
  member: Member,
  session: HostSession,
  files: ServerFiles | NotAnswered,
  backups: string | undefined,
): Promise<HostPlace> {
  const claim = claimOf(member.info);
  if (!claim) throw new NotAnswered('the server does not say which process it is');
  return placeOf(member.info, files, await findProcess(session, claim), backups);
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

/** A host probe asks no server, so it matters to none of them which one it is. */
const NOBODY: ServerIdentity = {
  engine: 'redis',
  version: '',
  mode: 'standalone',
  runId: '',
  role: 'primary',
  loading: false,
  replicas: [],
};

async function finish(
  { session, place, first }: Exclude<Begun, { reason: string }>,
  probes: readonly Probe<unknown>[],
  clock: Clock,
): Promise<Map<Probe<unknown>, ProbeOutcome>> {
  const tooSoon = first ? first.at + SHORTEST_MS - clock.now() : 0;
  if (tooSoon > 0) await clock.sleep(tooSoon);
  const last = await askHost(session, probes, place, clock);
  return new Map(
    probes.map((probe) => {
      const read = (moment: Moment) => () => probe.read(repliesTo(probe, moment, place), NOBODY);
      const before = probe.sampled === 'pair' && first;
      return [
        probe,
        readOutcome(read(last), before ? { read: read(before), seconds: secondsBetween(before, last) } : undefined),
      ];
    }),
  );
}

function secondsBetween(first: Moment, last: Moment): number {
  return (last.at - first.at) / 1000;
}

function allUnanswered(probes: readonly Probe<unknown>[], reason: string): Map<Probe<unknown>, ProbeOutcome> {
  return new Map(probes.map((probe) => [probe, { kind: 'unanswered', reason }]));
}
