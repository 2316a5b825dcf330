import type { Command, ReplyError } from '../../domain/command.ts';
import { isFile } from './refusal.ts';

export type Answers = (string | ReplyError)[];
export type Ask = (questions: readonly Command[], ms: number) => Promise<Answers>;

/** Shells at a time on one host; sshd lets a connection have ten. */
const SHELLS = 6;

/**
 * Asks one shell for all that is quick by nature, and one for each question that may hang, so that a disk which does
 * not answer hides nothing of the kernel.
 */
export function inLanes(ask: Ask): Ask {
  const waiting: (() => void)[] = [];
  let running = 0;
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= SHELLS) await new Promise<void>((turn) => waiting.push(turn));
    else running += 1;
    try {
      return await work();
    } finally {
      // The next one takes our place.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
  return async (questions, ms) => {
    const deadline = performance.now() + ms;
    const lanes = Map.groupBy(questions.entries(), ([, question]) => laneOf(question));
    const answers: Answers = [];
    const answerLane = async (lane: readonly (readonly [number, Command])[]) => {
      const asked = lane.map(([, question]) => question);
      const replies = await inTurn(() => ask(asked, deadline - performance.now()));
      for (const [at, reply] of replies.entries()) answers[lane[at]?.[0] ?? 0] = reply;
    };
    await Promise.all([...lanes.values()].map(answerLane));
    return answers;
  };
}

function laneOf(question: Command): string {
  if (!isFile(question)) return question.join(' ');
  return /^\/(?:proc|sys)\/(?!\d+\/root)/.test(question.at(-1) ?? '') ? 'kernel' : 'disk';
}
