import { type Command, ReplyError } from '../domain/command.ts';
import { HOST_NOT_LOOKED_AT } from '../domain/host-probe.ts';
import { type Asked, NotAnswered, type Probe } from '../domain/probe.ts';
import { adviceFor, type Recognized, withholds } from '../domain/provider.ts';
import { kindOf } from '../domain/server.ts';
import type { ProbeOutcome, ReadNode } from '../domain/snapshot.ts';
import type { Target } from '../domain/target.ts';
import { keyOf } from './questions.ts';
import { readOutcome } from './read-outcome.ts';
import type { Sample } from './sample.ts';

/** What each probe reads from the answers of one moment or, where there is an earlier one that makes a pair, of two. */
export function outcomesOf(
  probes: readonly Probe<unknown>[],
  target: Target,
  now: Sample,
  before: Sample | undefined,
): ReadNode['outcomes'] {
  return new Map(probes.map((probe) => [probe, outcomeOf(probe, target, now, before)]));
}

/** Why a probe that asks somebody else has no reading of a server or Sentinel. */
const NOT_ASKED: Readonly<Record<Asked, string>> = {
  server: 'a Sentinel holds no data',
  sentinel: 'only a Sentinel can tell',
  host: HOST_NOT_LOOKED_AT,
  keys: 'the keys were not sampled: diagnose with --deep',
  medic: 'what redis-medic keeps is looked at by a diagnosis',
};

function outcomeOf(probe: Probe<unknown>, target: Target, now: Sample, before: Sample | undefined): ProbeOutcome {
  if (probe.asks !== kindOf(now.identity)) return { kind: 'unanswered', reason: NOT_ASKED[probe.asks] };
  const read = (sample: Sample) => readProbe(probe, target, sample);
  const earlier = probe.sampled === 'pair' && before;
  return readOutcome(
    () => read(now),
    earlier ? { read: () => read(earlier), seconds: (now.at - earlier.at) / 1000 } : undefined,
  );
}

function readProbe(probe: Probe<unknown>, target: Target, sample: Sample): unknown {
  const commands = probe.commands(sample.asked.identity, sample.asked.info, target);
  if (typeof commands === 'string') throw new NotAnswered(commands);
  const answersTo = (questions: readonly Command[]) =>
    questions.map((command) => {
      const reply = sample.answers.get(keyOf(command));
      if (reply === undefined) throw new NotAnswered(`${command.join(' ')} was not asked`);
      return reply instanceof ReplyError ? named(reply, probe, command, sample.identity.provider) : reply;
    });
  const replies = answersTo(commands);
  const further = probe.further?.(replies, sample.identity) ?? [];
  return probe.read([...replies, ...answersTo(further)], sample.identity);
}

/** Refusals name the command in one form, whatever the version says; a service that keeps it says where to go instead. */
function named(
  reply: ReplyError,
  probe: Probe<unknown>,
  command: Command,
  provider: Recognized | undefined,
): ReplyError {
  const head = probe.allows.find((words) => words.every((word, at) => word === command[at])) ?? ([command[0]] as const);
  const name = head.join('|').toLowerCase();
  const unknown = /^ERR unknown (sub)?command/i.test(reply.message);
  if (provider && (unknown || withholds(provider.id, head))) return new ReplyError(adviceFor(provider.id, head));
  if (reply.code === 'NOPERM') return new ReplyError(`NOPERM: ${name}`);
  if (unknown) return new ReplyError(`unknown command: ${name}`);
  return reply;
}
