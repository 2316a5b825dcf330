import type { Probe } from '../domain/probe.ts';
import { kindOf } from '../domain/server.ts';
import type { Shelf } from '../domain/shelf.ts';
import type { Node, Snapshot, UnreadNode } from '../domain/snapshot.ts';
import { sentinelLogin, type Target } from '../domain/target.ts';
import { duration } from '../domain/units.ts';
import { askAtOnce, type Question } from './ask-at-once.ts';
import { type Ledger, withBackups } from './backup/with-backups.ts';
import { discover, seated } from './discover.ts';
import { withHosts } from './look-at-hosts.ts';
import type { Member, Met } from './meet.ts';
import { earlierSamples, NO_PAST, type Past, untilRipe } from './past.ts';
import type { Clock, Hosts, Servers } from './ports.ts';
import { commandsFor, furtherFor, infoOf } from './questions.ts';
import { isPair, type Sample } from './sample.ts';
import { firstSample, lastSample, type Sampled, type Sampling } from './sample-twice.ts';

export interface ObserveDeps {
  servers: Servers;
  /** Absent: the machines are not looked at, as before a command that does not depend on them. */
  hosts?: Hosts;
  /** Only these of the host probes are asked, and once, without a pair for rates; all of them when absent. */
  hostProbes?: ReadonlySet<Probe<unknown>>;
  /** Absent: no place for backups is set up. */
  ledger?: Ledger;
  probes: Shelf<Probe<unknown>>;
  clock: Clock;
}

export interface ObserveOptions {
  /** Between the two samples, where there is no kept one to begin with; with 0 there is one sample only, and no rates. */
  seconds: number;
  /** What is known from before: kept samples that are fresh enough serve as the first of the two. */
  past?: Past;
  /** Told what has been done so far. */
  progress?: (done: string) => void;
  signal?: AbortSignal;
}

/** Looks at every server of a target, at two moments where rates are wanted. No server's failure fails the snapshot: it is then a node with a cause. */
export async function observe(deps: ObserveDeps, named: Target, options: ObserveOptions): Promise<Snapshot> {
  const { clock } = deps;
  const { seconds, past = NO_PAST, signal } = options;
  const began = clock.now();
  const earlier = seconds > 0 ? earlierSamples(past, began) : new Map<string, Sample>();
  const knowing = withBackups(deps.ledger, named.name, deps.probes);
  const wait = untilRipe(earlier, began);
  if (wait > 0) await clock.sleep(wait, signal);
  const probes = [...deps.probes.values()];
  const servers = askAtOnce(deps.servers, questionsTo(earlier, probes, named), clock);
  try {
    const found = await discover(servers, named);
    const met = [...found.servers, ...found.sentinels];
    const sampling: Sampling = { servers, target: found.target, probes, clock };
    const sample = () => sampleAll(sampling, met, earlier, options);
    const all = deps.hosts
      ? await withHosts({ ...sampling, hosts: deps.hosts, only: deps.hostProbes }, found.servers, sample)
      : await sample();
    const known = await knowing;
    const takenAt = clock.now();
    return {
      target: found.target,
      nodes: all.slice(0, found.servers.length).map((node) => known(seated(node, found))),
      sentinels: all.slice(found.servers.length),
      series: past.series,
      takenAt,
      tookMs: Math.round(takenAt - began),
    };
  } finally {
    servers.close();
  }
}

/** Everything that a diagnosis asks, for the nodes of which it is known. */
function questionsTo(
  earlier: ReadonlyMap<string, Sample>,
  probes: readonly Probe<unknown>[],
  target: Target,
): Map<string, Question> {
  const questions = new Map<string, Question>();
  for (const [name, told] of earlier) {
    const as = kindOf(told.identity) === 'sentinel' ? sentinelLogin(target) : target;
    const further = furtherFor(probes, told, target, told.answers);
    questions.set(name, { as, commands: [infoOf(told), ...commandsFor(probes, told, target), ...further] });
  }
  return questions;
}

async function sampleAll(
  sampling: Sampling,
  met: readonly Met[],
  earlier: ReadonlyMap<string, Sample>,
  { seconds, progress = () => undefined, signal }: ObserveOptions,
): Promise<Node[]> {
  const open = sessionsOf(met);
  try {
    signal?.throwIfAborted();
    progress(`${open.length} of ${met.length} ${met.length === 1 ? 'server' : 'servers'} can be read`);
    const first = seconds > 0 ? await Promise.all(met.map((one) => begin(sampling, one, earlier))) : met;
    if (first.some((one) => one.kind === 'sampled' && !isKept(one, earlier) && hasPairs(sampling, one.member))) {
      await sampling.clock.sleep(seconds * 1000, signal);
      progress(`sampled for ${duration(seconds)}`);
    }
    return await Promise.all(first.map((one) => finish(sampling, one)));
  } finally {
    for (const session of open) session.close();
  }
}

/** The kept sample of this server, when nothing happened since that makes its counters incomparable. */
function pairsWith(member: Member, earlier: ReadonlyMap<string, Sample>): Sample | undefined {
  const sample = earlier.get(member.name);
  return sample && isPair(sample, member) ? sample : undefined;
}

function isKept({ member, before }: Sampled, earlier: ReadonlyMap<string, Sample>): boolean {
  return earlier.get(member.name) === before;
}

/** True when there is anything to compare between two moments of such a server. */
function hasPairs({ probes }: Sampling, { identity }: Member): boolean {
  return probes.some((probe) => probe.sampled === 'pair' && probe.asks === kindOf(identity));
}

async function begin(
  sampling: Sampling,
  one: Met,
  earlier: ReadonlyMap<string, Sample>,
): Promise<Sampled | UnreadNode> {
  if (one.kind === 'unread') return one;
  const before = pairsWith(one, earlier);
  return before ? { kind: 'sampled', member: one, before } : firstSample(sampling, one);
}

async function finish(sampling: Sampling, one: Met | Sampled): Promise<Node> {
  if (one.kind === 'unread') return one;
  return one.kind === 'sampled' ? lastSample(sampling, one.member, one.before) : lastSample(sampling, one);
}

function sessionsOf(met: readonly Met[]) {
  return met.flatMap((one) => (one.kind === 'member' ? [one.session] : []));
}
