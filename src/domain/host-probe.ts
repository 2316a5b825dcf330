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

/** What `stat` says of a file: mode, owner, group, size and name of the owner; of a link's target. */
export function modeOf(path: string): Command {
  return ['stat', '-L', '-c', '%a %u %g %s %U', path];
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
  /** Why there is no answer. */
  why(question: keyof Q): string;
}

/** Why nothing is known of a host where the target gives no access to it. */
export const HOST_NOT_LOOKED_AT = 'the host was not looked at: give targets.<name>.host in medic.yml';

/** A probe of the server that matters only beside what its host tells: where no host is looked at it costs nothing. */
export function besideHost<T>(probe: Probe<T>): Probe<T> {
  return {
    ...probe,
    commands: (server, info, target) => (target.host ? probe.commands(server, info, target) : HOST_NOT_LOOKED_AT),
  };
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
  const answered = (question: keyof Q): HostAnswer[] => {
    const reply = replies[names.indexOf(String(question))];
    return Array.isArray(reply) ? reply.flatMap(answerOf) : [];
  };
  const why = (question: keyof Q) => reasonOf(replies[names.indexOf(String(question))]);
  return {
    text: (question) => answered(question)[0]?.text,
    all: answered,
    need(question) {
      const [first] = answered(question);
      if (first) return first.text;
      throw new NotAnswered(why(question));
    },
    why,
  };
}

function answerOf(row: Reply): HostAnswer[] {
  const [about, text] = listReply(row);
  return typeof text === 'string' ? [{ about: textReply(about), text }] : [];
}

function reasonOf(reply: Reply | undefined): string {
  if (reply instanceof ReplyError) return reply.message;
  const [row] = Array.isArray(reply) ? (reply as readonly Reply[]) : [];
  const refused = Array.isArray(row) ? (row as readonly Reply[])[1] : undefined;
  return refused instanceof ReplyError ? refused.message : 'the host has nothing to say of it';
}
