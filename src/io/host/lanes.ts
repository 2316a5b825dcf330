import type { Command, ReplyError } from '../../domain/command.ts';
import { makePatience } from './limits.ts';
import { isFile, late } from './refusal.ts';

export type Answers = (string | ReplyError)[];
export type Ask = (questions: readonly Command[], ms: number) => Promise<Answers>;

/** Shells at a time on one host; sshd lets a connection have ten. */
const SHELLS = 6;

/**
 * Asks one shell for all that is quick by nature, and one for each question that may hang, so that a disk which does
 * not answer hides nothing of the kernel. What a program is asked for several servers at a time is asked once.
 */
export function inLanes(ask: Ask, patience = makePatience()): (questions: readonly Command[]) => Promise<Answers> {
  const inTurn = takeTurns();
  const underWay = new Map<string, Promise<Answers>>();
  const inShell = async (questions: readonly Command[]) => {
    const answers = await inTurn(() => patience.spend((ms) => ask(questions, ms)));
    if (answers.some((answer) => typeof answer === 'string')) patience.renew();
    return answers;
  };
  const together = (lane: string, questions: readonly Command[]) => {
    const asked = underWay.get(lane) ?? inShell(questions).finally(() => underWay.delete(lane));
    underWay.set(lane, asked);
    return asked;
  };
  return async (questions) => {
    const lanes = Map.groupBy(questions.entries(), ([, question]) => laneOf(question));
    const answers: Answers = [];
    const answerLane = async ([lane, entries]: [string, [number, Command][]]) => {
      const asked = entries.map(([, question]) => question);
      const replies = await (asked.some(isFile) ? inShell(asked) : together(lane, asked));
      for (const [at, [place]] of entries.entries()) answers[place] = replies[at] ?? late(0);
    };
    await Promise.all([...lanes].map(answerLane));
    return answers;
  };
}

/** No more at a time than a connection has shells; the time of who waits for one does not count yet. */
function takeTurns() {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
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
}

function laneOf(question: Command): string {
  if (!isFile(question)) return question.join(' ');
  return /^\/(?:proc|sys)\/(?!\d+\/root)/.test(question.at(-1) ?? '') ? 'kernel' : 'disk';
}
