import { type Command, type Reply, ReplyError } from './command.ts';
import { listReply, NotAnswered, type Probe, textReply } from './probe.ts';

/** Reads a whole file of the host, up to the limit of one answer. */
export function file(path: string): Command {
  return ['read', path];
}

/** Reads the end of a file. */
export function endOf(path: string): Command {
  return ['tail', path];
}

/** What the host answered to one question. */
export interface HostAnswer {
  /** The last word of the question, such as the path that was read. */
  about: string;
  text: string;
}

/** What a host answered, by the names that the probe gave its questions. A fact that could not be had is missing, never empty. */
export interface HostAnswers<Q> {
  /** The first answer. */
  text(question: keyof Q): string | undefined;
  /** Every answer to a question that was asked about several things. */
  all(question: keyof Q): readonly HostAnswer[];
  /** The first answer, without which the probe has nothing to say: throws NotAnswered with the reason. */
  need(question: keyof Q): string;
}

type Questions = Readonly<Record<string, Command>>;

export interface HostProbe<Q extends Questions, T> {
  sampled: Probe<T>['sampled'];
  fields?: Probe<T>['fields'];
  /** Files and commands, with blanks such as `{pid}` where the server's own facts are filled in. */
  asks: Q;
  read(answers: HostAnswers<Q>): T;
}

/** A probe of the machine that a server runs on. Its templates are all that the session with a host lets through. */
export function defineHostProbe<const Q extends Questions, T>(probe: HostProbe<Q, T>): Probe<T> {
  const names = Object.keys(probe.asks);
  const templates = Object.values(probe.asks);
  return {
    asks: 'host',
    sampled: probe.sampled,
    allows: templates,
    fields: probe.fields ?? {},
    commands: () => templates,
    read: (replies) => probe.read(answersOf<Q>(names, replies)),
  };
}

/** A reply for each template: pairs of what was asked about and its text, or why nothing was asked. */
function answersOf<Q extends Questions>(names: readonly string[], replies: readonly Reply[]): HostAnswers<Q> {
  const rows = (question: keyof Q) => listReply(replies[names.indexOf(String(question))]);
  const answered = (question: keyof Q): HostAnswer[] => {
    const reply = replies[names.indexOf(String(question))];
    return Array.isArray(reply) ? reply.flatMap(answerOf) : [];
  };
  return {
    text: (question) => answered(question)[0]?.text,
    all: answered,
    need(question) {
      const [first] = answered(question);
      if (first) return first.text;
      throw new NotAnswered(reasonOf(rows(question)[0]));
    },
  };
}

function answerOf(row: Reply): HostAnswer[] {
  const [about, text] = listReply(row);
  return typeof text === 'string' ? [{ about: textReply(about), text }] : [];
}

function reasonOf(row: Reply | undefined): string {
  const refused = Array.isArray(row) ? row[1] : undefined;
  return refused instanceof ReplyError ? refused.message : 'the host has nothing to say of it';
}
