import { type Command, type Reply, ReplyError } from '../domain/command.ts';
import type { Info } from '../domain/info.ts';
import { type Asked, infoCommand, NotAnswered, type Probe } from '../domain/probe.ts';
import { kindOf, type ServerIdentity } from '../domain/server.ts';
import type { Node, ProbeOutcome, UnreadNode } from '../domain/snapshot.ts';
import type { Target } from '../domain/target.ts';
import { causeOf, type Member, meet, readInfo, type Told } from './meet.ts';
import type { Clock, Servers } from './ports.ts';

export interface Sampling {
  servers: Servers;
  target: Target;
  probes: readonly Probe<unknown>[];
  clock: Clock;
}

/** What a server answered at one moment. */
interface Sample {
  identity: ServerIdentity;
  info: Info;
  /** What was known of the server when the questions were chosen. */
  asked: Told;
  answers: ReadonlyMap<string, Reply>;
  /** Epoch ms at which the answers were here. */
  at: number;
}

export interface Sampled {
  kind: 'sampled';
  member: Member;
  before: Sample;
}

/** Asks what is asked twice. INFO goes last, so that what we are refused here is not counted between the samples. */
export async function firstSample(sampling: Sampling, member: Member): Promise<Sampled | UnreadNode> {
  const pairs = sampling.probes.filter((probe) => probe.sampled === 'pair');
  const commands = [...commandsFor(pairs, member, sampling.target), infoOf(member)];
  const before = await take(sampling, member, member, commands);
  return before.kind === 'unread' ? before : { kind: 'sampled', member, before: before.sample };
}

/** Asks everything, INFO first, and reads the pair if there is one; a server that restarted is met again, without a pair. */
export async function lastSample(sampling: Sampling, member: Member, before?: Sample): Promise<Node> {
  const ask = (of: Member, asked: Told) =>
    take(sampling, of, asked, [infoOf(asked), ...commandsFor(sampling.probes, asked, sampling.target)]);
  let after = await ask(member, before ?? member);
  if (after.kind === 'unread' && after.cause === 'unreachable') {
    const again = await meet(sampling.servers, sampling.target, member, kindOf(member.identity));
    if (again.kind === 'unread') return again;
    after = await ask(again, again);
    again.session.close();
  }
  if (after.kind === 'unread') return after;
  const { name, address, aliases, origin } = member;
  const { sample } = after;
  const pair = before && isPair(before, sample) ? before : undefined;
  const outcomes = new Map(sampling.probes.map((probe) => [probe, outcomeOf(probe, sampling.target, sample, pair)]));
  return {
    kind: 'read',
    name,
    address,
    ...(aliases.length > 0 && { aliases }),
    origin,
    identity: sample.identity,
    outcomes,
  };
}

async function take(
  { clock }: Sampling,
  { name, address, origin, session }: Member,
  asked: Told,
  commands: readonly Command[],
): Promise<{ kind: 'taken'; sample: Sample } | UnreadNode> {
  try {
    const replies = await session.ask(commands);
    const at = clock.now();
    const answers = new Map(commands.map((command, index) => [keyOf(command), replies[index] ?? null]));
    const told = readInfo(answers.get(keyOf(infoOf(asked))));
    if ('cause' in told) return { kind: 'unread', name, address, origin, ...told };
    return { kind: 'taken', sample: { ...told, asked, answers, at } };
  } catch (error) {
    return { kind: 'unread', name, address, origin, ...causeOf(error) };
  }
}

/** Each distinct command once, but for INFO, which most probes share and whose place matters. */
function commandsFor(probes: readonly Probe<unknown>[], told: Told, target: Target): Command[] {
  const { identity, info } = told;
  const distinct = new Map<string, Command>();
  for (const probe of probes) {
    if (probe.asks !== kindOf(identity)) continue;
    const commands = probe.commands(identity, info, target);
    if (typeof commands !== 'string') for (const command of commands) distinct.set(keyOf(command), command);
  }
  distinct.delete(keyOf(infoOf(told)));
  return [...distinct.values()];
}

function infoOf({ identity }: Told): Command {
  return infoCommand(kindOf(identity));
}

function keyOf(command: Command): string {
  return JSON.stringify(command);
}

/** Counters start again with the process, with CONFIG RESETSTAT, and mean nothing while data is loaded. */
function isPair(before: Sample, after: Sample): boolean {
  const grew = (field: string) => {
    const [then, now] = [before.info.number(field), after.info.number(field)];
    return then === undefined || now === undefined || now >= then;
  };
  return (
    before.identity.runId === after.identity.runId &&
    !before.identity.loading &&
    !after.identity.loading &&
    ['uptime_in_seconds', 'total_commands_processed', 'total_connections_received'].every(grew)
  );
}

/** Why a probe that asks somebody else has no reading of a server or Sentinel. */
const NOT_ASKED: Readonly<Record<Asked, string>> = {
  server: 'a Sentinel holds no data',
  sentinel: 'only a Sentinel can tell',
  host: 'the host was not looked at: give targets.<name>.host in medic.yml',
  keys: 'the keys were not sampled: diagnose with --deep',
};

function outcomeOf(probe: Probe<unknown>, target: Target, now: Sample, before: Sample | undefined): ProbeOutcome {
  if (probe.asks !== kindOf(now.identity)) return { kind: 'unanswered', reason: NOT_ASKED[probe.asks] };
  try {
    const read = (sample: Sample) => readProbe(probe, target, sample);
    const reading = { now: read(now), seconds: 0 };
    const earlier = probe.sampled === 'pair' && before ? attempt(() => read(before)) : undefined;
    if (!before || !earlier) return { kind: 'read', reading };
    return { kind: 'read', reading: { ...reading, before: earlier.value, seconds: (now.at - before.at) / 1000 } };
  } catch (error) {
    if (error instanceof NotAnswered) return { kind: 'unanswered', reason: error.message };
    // A reply that breaks a probe is our bug, but it must not hide what the others see.
    return {
      kind: 'unanswered',
      reason: `the probe failed: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

function attempt<T>(read: () => T): { value: T } | undefined {
  try {
    return { value: read() };
  } catch {
    return undefined;
  }
}

function readProbe(probe: Probe<unknown>, target: Target, sample: Sample): unknown {
  const commands = probe.commands(sample.asked.identity, sample.asked.info, target);
  if (typeof commands === 'string') throw new NotAnswered(commands);
  const replies = commands.map((command) => {
    const reply = sample.answers.get(keyOf(command)) ?? null;
    return reply instanceof ReplyError ? named(reply, probe, command) : reply;
  });
  return probe.read(replies, sample.identity);
}

/** Refusals name the command in one form, whatever the version says. */
function named(reply: ReplyError, probe: Probe<unknown>, command: Command): ReplyError {
  const head = probe.allows.find((words) => words.every((word, at) => word === command[at])) ?? command.slice(0, 1);
  const name = head.join('|').toLowerCase();
  if (reply.code === 'NOPERM') return new ReplyError(`NOPERM: ${name}`);
  if (/^ERR unknown (sub)?command/i.test(reply.message)) return new ReplyError(`unknown command: ${name}`);
  return reply;
}
