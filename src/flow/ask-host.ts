import { type Command, type Reply, ReplyError } from '../domain/command.ts';
import { fill, type HostPlace } from '../domain/host-place.ts';
import { NotAnswered, type Probe } from '../domain/probe.ts';
import type { Clock, HostSession } from './ports.ts';
import { keyOf } from './questions.ts';

/** What a host answered at one moment, by the key of the question. */
export interface Moment {
  answers: ReadonlyMap<string, string | ReplyError>;
  at: number;
}

/** Asks every question of these probes, each once. */
export async function askHost(
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

/** What a probe is given to read: for each of its templates what was asked about, with the answers. */
export function repliesTo(probe: Probe<unknown>, { answers }: Moment, place: HostPlace): Reply[] {
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
