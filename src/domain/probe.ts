import type { Command, Reply } from './command.ts';
import { ReplyError } from './command.ts';
import { type Info, parseInfo } from './info.ts';
import { atLeast, type ServerIdentity, type ServerKind } from './server.ts';
import type { Target } from './target.ts';

/** Whom a probe asks: a data server, a Sentinel, the host of a server, a sample of the keys, or redis-medic itself. */
export type Asked = ServerKind | 'host' | 'keys' | 'medic';

/** A question that can be asked without changing a server or its counters. */
export interface Probe<T> {
  readonly asks: Asked;
  /** `pair`: asked at both moments, so that rates can be taken; `once`: at the second moment only. */
  readonly sampled: 'pair' | 'once';
  /** What the read-only session lets through for this probe: command, or command and subcommand (`['CONFIG', 'GET']`). */
  readonly allows: readonly Command[];
  /** The plain fields of its reading, which guards and fingerprints can name: `memory.used_memory`. */
  readonly fields: Readonly<Record<string, 'number' | 'text'>>;
  /** The commands to send; a string is the reason why this server cannot answer (version, too many clients …). */
  commands(server: ServerIdentity, info: Info, target: Target): readonly Command[] | string;
  /** What the replies of the first look lead to in the last, where asking it unseen could cost the server too much. */
  further?(replies: readonly Reply[], server: ServerIdentity): readonly Command[];
  /** Reads the replies, in the order of the commands and of what came further. Throws a NotAnswered for what could not be read. */
  read(replies: readonly Reply[], server: ServerIdentity): T;
}

/** What a probe saw. `before` is absent when it is asked once or when the pair is void (restart, RESETSTAT, loading). */
export interface Reading<T> {
  now: T;
  before?: T;
  /** Seconds between the two samples; 0 without a pair. */
  seconds: number;
}

/** "Could not look": the reason is shown to people, so it says what was refused or what is missing. */
export class NotAnswered extends Error {}

/** A probe of data servers, or of Sentinels where it says so. */
export function defineProbe<T>(probe: Omit<Probe<T>, 'asks'> & { asks?: ServerKind }): Probe<T> {
  return { asks: 'server', ...probe };
}

/** What a sampled scan of the keys tells; it is taken by a scan of its own, so there is nothing to ask at a moment. */
export function defineKeyProbe<T>(allows: readonly Command[]): Probe<T> {
  return {
    asks: 'keys',
    sampled: 'once',
    allows,
    fields: {},
    commands: () => [],
    read: () => {
      throw new NotAnswered('the keys were not sampled');
    },
  };
}

/** What redis-medic knows itself: no server is asked, and the reading is put beside what the servers told. */
export function defineOwnProbe<T>(): Probe<T> {
  return {
    asks: 'medic',
    sampled: 'once',
    allows: [],
    fields: {},
    commands: () => [],
    read: () => {
      throw new NotAnswered('what redis-medic keeps was not looked at');
    },
  };
}

/** The reply as text; an error reply or another type is NotAnswered. */
export function textReply(reply: Reply | undefined): string {
  if (reply instanceof ReplyError) throw new NotAnswered(reply.message);
  if (typeof reply !== 'string') throw new NotAnswered(`expected text, got ${reply === null ? 'nil' : typeof reply}`);
  return reply;
}

/** The reply as a list; an error reply or another type is NotAnswered. */
export function listReply(reply: Reply | undefined): readonly Reply[] {
  if (reply instanceof ReplyError) throw new NotAnswered(reply.message);
  if (!Array.isArray(reply)) throw new NotAnswered(`expected a list, got ${typeof reply}`);
  return reply;
}

/** One command serves every INFO probe of a sample: 6.2 takes a single section, so it is `everything`. */
export const INFO_EVERYTHING: Command = ['INFO', 'everything'];

/** Shows every section that a Sentinel has; to `everything` one of 6.2 answers nothing. */
export const PLAIN_INFO: Command = ['INFO'];

/** The INFO that serves every probe of a server or of a Sentinel. */
export function infoCommand(kind: ServerKind): Command {
  return kind === 'sentinel' ? PLAIN_INFO : INFO_EVERYTHING;
}

type Kind = 'number' | 'text' | 'number?' | 'text?';
type Table = Readonly<Record<string, Kind>>;
type Underscored<S extends string> = S extends `${infer A}-${infer B}` ? `${A}_${Underscored<B>}` : S;

/** The fields of a table as a reading holds them; `?` marks those that some version lacks: missing is never zero. */
export type FieldsOf<F extends Table> = {
  [K in keyof F & string as Underscored<K>]: F[K] extends 'number'
    ? number
    : F[K] extends 'text'
      ? string
      : F[K] extends 'number?'
        ? number | undefined
        : string | undefined;
};

/**
 * A probe that picks fields of INFO by their own names. A field without `?` that is missing fails the probe
 * with its name; `more` adds what is not a plain field.
 */
export function defineInfoProbe<const F extends Table, M extends object = object>(
  fields: F,
  more?: (info: Info) => M,
  asks: ServerKind = 'server',
): Probe<FieldsOf<F> & M> {
  return {
    asks,
    sampled: 'pair',
    allows: [['INFO']],
    fields: fieldKinds(fields),
    commands: () => [infoCommand(asks)],
    read(replies) {
      const info = parseInfo(textReply(replies[0]));
      const picked = pick(fields, 'INFO', (name) => info.text(name));
      return { ...picked, ...more?.(info) } as FieldsOf<F> & M;
    },
  };
}

/**
 * A probe that reads CONFIG parameters, each by its name, with dashes turned into underscores in the reading.
 * 6.2 takes one parameter a call, 7.0 and newer a list.
 */
export function defineConfigProbe<const F extends Table>(fields: F): Probe<FieldsOf<F>> {
  const parameters = Object.keys(fields);
  return {
    asks: 'server',
    sampled: 'once',
    allows: [['CONFIG', 'GET']],
    fields: fieldKinds(fields),
    commands: (server) =>
      atLeast(server.version, '7.0')
        ? [['CONFIG', 'GET', ...parameters]]
        : parameters.map((parameter) => ['CONFIG', 'GET', parameter]),
    read(replies) {
      const values = new Map<string, string>();
      for (const reply of replies) {
        const words = listReply(reply);
        for (let at = 0; at + 1 < words.length; at += 2) values.set(textReply(words[at]), textReply(words[at + 1]));
      }
      return pick(fields, 'CONFIG', (name) => values.get(name)) as FieldsOf<F>;
    },
  };
}

function pick(fields: Table, from: string, value: (name: string) => string | undefined): object {
  const picked: Record<string, number | string | undefined> = Object.create(null);
  for (const [name, kind] of Object.entries(fields)) {
    const text = value(name);
    const read = text === undefined ? undefined : kind.startsWith('number') ? finite(text) : text;
    if (read === undefined && !kind.endsWith('?')) throw new NotAnswered(`${from} has no ${name}`);
    picked[underscored(name)] = read;
  }
  return picked;
}

function finite(text: string): number | undefined {
  const value = Number(text.endsWith('%') ? text.slice(0, -1) : text);
  return text !== '' && Number.isFinite(value) ? value : undefined;
}

function fieldKinds(fields: Table): Probe<unknown>['fields'] {
  return Object.fromEntries(
    Object.entries(fields).map(([name, kind]) => [underscored(name), kind.startsWith('number') ? 'number' : 'text']),
  );
}

function underscored(name: string): string {
  return name.replaceAll('-', '_');
}

/** The change per second of a counter between the two samples; undefined without a pair or after a reset. */
export function rate<T>(reading: Reading<T>, counter: (sample: T) => number | undefined): number | undefined {
  const delta = growth(reading, counter);
  return delta === undefined || reading.seconds <= 0 ? undefined : delta / reading.seconds;
}

/** How much a counter grew between the two samples; undefined without a pair or after a reset. */
export function growth<T>(reading: Reading<T>, counter: (sample: T) => number | undefined): number | undefined {
  if (reading.before === undefined) return undefined;
  const now = counter(reading.now);
  const before = counter(reading.before);
  return now === undefined || before === undefined || now < before ? undefined : now - before;
}
