import type { Probe } from '../domain/probe.ts';
import { kindOf } from '../domain/server.ts';
import type { Node, ReadNode, UnreadNode } from '../domain/snapshot.ts';
import type { Target } from '../domain/target.ts';
import { causeOf, type Member, meet, shownByTheWay, type Told } from './meet.ts';
import { outcomesOf } from './outcomes.ts';
import type { Clock, Servers } from './ports.ts';
import { commandsFor, furtherFor, infoOf, keyOf } from './questions.ts';
import { isPair, type Sample, take } from './sample.ts';

export interface Sampling {
  servers: Servers;
  target: Target;
  probes: readonly Probe<unknown>[];
  clock: Clock;
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
  const before = await take(sampling.clock, member, member, commands);
  return before.kind === 'unread' ? before : { kind: 'sampled', member, before: before.sample };
}

/** Asks everything, INFO first, and reads the pair if there is one; a server that restarted is met again, without a pair. */
export async function lastSample(sampling: Sampling, member: Member, before?: Sample): Promise<Node> {
  const { clock, servers, target, probes } = sampling;
  const ask = async (of: Member, asked: Told, first?: Sample) => {
    const further = first ? furtherFor(probes, asked, target, first.answers) : [];
    const taken = await take(clock, of, asked, [infoOf(asked), ...commandsFor(probes, asked, target), ...further]);
    return taken.kind === 'unread' || first ? taken : goFurther(sampling, of, taken.sample);
  };
  let after = await ask(member, before ? metAgain(before, member) : member, before);
  if (after.kind === 'unread' && after.cause === 'unreachable') {
    const again = await meet(servers, target, member, kindOf(member.identity));
    if (again.kind === 'unread') return again;
    after = await ask(again, again);
    again.session.close();
  }
  if (after.kind === 'unread') return after;
  const { sample } = after;
  const pair = before && isPair(before, sample) ? before : undefined;
  const node = nodeOf(member, sample, outcomesOf(probes, target, sample, pair));
  const first = before?.identity.runId;
  return first !== undefined && first !== sample.identity.runId ? { ...node, replacedRunId: first } : node;
}

/** A kept sample does not know what the way to its server shows. */
function metAgain({ identity, info }: Sample, member: Member): Told {
  return { identity: { ...identity, ...shownByTheWay(member.identity) }, info };
}

/** With one look only, what its answers lead to is asked after it; most lead nowhere, and then nothing is sent. */
async function goFurther({ probes, target }: Sampling, { name, address, origin, session }: Member, sample: Sample) {
  const commands = furtherFor(probes, sample.asked, target, sample.answers);
  if (commands.length === 0) return { kind: 'taken' as const, sample };
  try {
    const replies = await session.ask(commands);
    const more = commands.map((command, index) => [keyOf(command), replies[index] ?? null] as const);
    return { kind: 'taken' as const, sample: { ...sample, answers: new Map([...sample.answers, ...more]) } };
  } catch (error) {
    return { kind: 'unread' as const, name, address, origin, ...causeOf(error) };
  }
}

export function nodeOf(
  { name, address, aliases, origin }: Member,
  { identity, from, at }: Sample,
  outcomes: ReadNode['outcomes'],
): ReadNode {
  const asked = { from, until: at };
  return { kind: 'read', name, address, ...(aliases.length > 0 && { aliases }), origin, identity, asked, outcomes };
}
