import { type Command, type Reply, ReplyError } from '../../domain/command.ts';
import type { Probe } from '../../domain/probe.ts';
import { kindOf } from '../../domain/server.ts';
import type { UnreadNode } from '../../domain/snapshot.ts';
import { sentinelLogin, type Target } from '../../domain/target.ts';
import { askAtOnce } from '../ask-at-once.ts';
import { type Discovered, discover } from '../discover.ts';
import type { Member, Met, Told } from '../meet.ts';
import type { Clock, Servers } from '../ports.ts';
import { commandsFor, infoOf, keyOf } from '../questions.ts';
import { type Sample, take } from '../sample.ts';

interface Looking {
  servers: Servers;
  probes: readonly Probe<unknown>[];
  clock: Clock;
}

/** A server as it was seen at one moment, or why it was not. */
export type Seen = { kind: 'seen'; member: Member; sample: Sample } | UnreadNode;

export interface Look {
  /** The target with what was learnt about it on the way. */
  target: Target;
  servers: Seen[];
  sentinels: Seen[];
  seats: Discovered['seats'];
}

/** Asks every server of a target what is asked twice: one round trip for a server that was seen before. */
export async function look(looking: Looking, named: Target, before: ReadonlyMap<string, Sample>): Promise<Look> {
  const pairs = looking.probes.filter((probe) => probe.sampled === 'pair');
  const questions = new Map(
    [...before].map(([name, sample]) => {
      const as = kindOf(sample.identity) === 'sentinel' ? sentinelLogin(named) : named;
      return [
        name,
        { as, commands: questionsTo(sample, pairs, named, refusals(sample, looking.clock.now())) },
      ] as const;
    }),
  );
  const servers = askAtOnce(looking.servers, questions, looking.clock);
  try {
    const found = await discover(servers, named);
    const see = async (one: Met): Promise<Seen> =>
      one.kind === 'unread' ? one : seeing(looking, pairs, found.target, one, before.get(one.name));
    const all = await Promise.all([...found.servers, ...found.sentinels].map(see));
    const count = found.servers.length;
    return { target: found.target, servers: all.slice(0, count), sentinels: all.slice(count), seats: found.seats };
  } finally {
    servers.close();
  }
}

async function seeing(
  { clock }: Looking,
  pairs: readonly Probe<unknown>[],
  target: Target,
  member: Member,
  before: Sample | undefined,
): Promise<Seen> {
  try {
    const asked: Told = before ?? member;
    const refused = before ? refusals(before, clock.now()) : new Map<string, Reply>();
    const taken = await take(clock, member, asked, questionsTo(asked, pairs, target, refused));
    if (taken.kind === 'unread') return taken;
    const answers = new Map([...refused, ...taken.sample.answers]);
    return { kind: 'seen', member, sample: { ...taken.sample, answers } };
  } finally {
    member.session.close();
  }
}

/** INFO goes last, so that what we are refused for the first time here is not counted between two samples. */
function questionsTo(
  told: Told,
  probes: readonly Probe<unknown>[],
  target: Target,
  refused: ReadonlyMap<string, Reply>,
): Command[] {
  const commands = commandsFor(probes, told, target).filter((command) => !refused.has(keyOf(command)));
  return [...commands, infoOf(told)];
}

const RETRY_MS = 3_600_000;

/** What we may not ask is asked again once an hour only: each refusal counts in the server's statistics. */
function refusals({ answers, at }: Sample, now: number): Map<string, Reply> {
  if (Math.floor(at / RETRY_MS) !== Math.floor(now / RETRY_MS)) return new Map();
  return new Map([...answers].filter(([, reply]) => reply instanceof ReplyError && isRefusal(reply)));
}

function isRefusal({ code, message }: ReplyError): boolean {
  return code === 'NOPERM' || /^ERR unknown (sub)?command/i.test(message);
}
