import { type Command, type Reply, ReplyError } from './command.ts';
import { NotAnswered } from './probe.ts';

/** What an action must know of the keys, users and commands that its arguments name, before it can plan. */
export interface Question {
  node: string;
  /** The database where it is not the first. */
  db?: number;
  command: Command;
}

/** The replies, by `questionKey`; an error reply is one too. */
export type Answers = ReadonlyMap<string, Reply>;

/** All that may be asked for a plan: what a key, a stream, a user or a command is, never what is in it. */
export const ASKABLE: readonly Command[] = [
  ['SELECT'],
  ['TYPE'],
  ['PTTL'],
  ['EXISTS'],
  ['MEMORY', 'USAGE'],
  ['XLEN'],
  ['XINFO', 'GROUPS'],
  ['XINFO', 'CONSUMERS'],
  ['ACL', 'DRYRUN'],
  ['ACL', 'GETUSER'],
];

/** Copying keys aside, and putting keys and functions back; only the deeds that do so may send these. */
export const CARRYING: readonly Command[] = [
  ['SELECT'],
  ['EXISTS'],
  ['DUMP'],
  ['PTTL'],
  ['RESTORE'],
  ['FUNCTION', 'RESTORE'],
];

export function questionKey({ node, db = 0, command }: Question): string {
  return JSON.stringify([node, db, ...command]);
}

/** The reply to a question; throws NotAnswered when it was not asked or could not be. */
export function answerTo(answers: Answers | undefined, question: Question): Exclude<Reply, ReplyError> {
  const reply = answers?.get(questionKey(question));
  if (reply === undefined) throw new NotAnswered(`${question.command[0]} was not asked of ${question.node}`);
  if (reply instanceof ReplyError) throw new NotAnswered(`${question.node}: ${reply.message}`);
  return reply;
}
