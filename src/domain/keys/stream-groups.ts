import type { Reply } from '../command.ts';
import { NotAnswered } from '../probe.ts';

/** A consumer group as XINFO GROUPS tells it. */
export interface GroupState {
  name: string;
  consumers: number;
  /** Delivered and not acknowledged. */
  pending: number;
  /** The last entry that was delivered. */
  lastDelivered: string;
  /** Entries not yet delivered; undefined before 7.0, and where the server does not know. */
  lag: number | undefined;
}

export interface ConsumerState {
  name: string;
  pending: number;
  idleMs: number;
}

export function groupStates(reply: Reply): GroupState[] {
  return records(reply).map((fields) => {
    const lag = fields.get('lag');
    return {
      name: text(fields, 'name'),
      consumers: number(fields, 'consumers'),
      pending: number(fields, 'pending'),
      lastDelivered: text(fields, 'last-delivered-id'),
      lag: typeof lag === 'number' ? lag : undefined,
    };
  });
}

export function consumerStates(reply: Reply): ConsumerState[] {
  return records(reply).map((fields) => ({
    name: text(fields, 'name'),
    pending: number(fields, 'pending'),
    idleMs: number(fields, 'idle'),
  }));
}

/** Less than 0 when the first id is older. Ids are `ms-seq`; a missing sequence is 0. */
export function compareIds(one: string, other: string): number {
  const [ms = 0n, seq = 0n] = one.split('-').map(BigInt);
  const [otherMs = 0n, otherSeq = 0n] = other.split('-').map(BigInt);
  if (ms !== otherMs) return ms < otherMs ? -1 : 1;
  return seq === otherSeq ? 0 : seq < otherSeq ? -1 : 1;
}

function records(reply: Reply): Map<string, Reply>[] {
  if (!Array.isArray(reply)) throw new NotAnswered('XINFO answered something else than a list');
  return (reply as readonly Reply[]).map((entry) => {
    const words: readonly Reply[] = Array.isArray(entry) ? entry : [];
    const pairs = words.flatMap((name, at): [string, Reply][] =>
      at % 2 === 0 && typeof name === 'string' ? [[name, words[at + 1] ?? null]] : [],
    );
    return new Map(pairs);
  });
}

function text(fields: ReadonlyMap<string, Reply>, name: string): string {
  const value = fields.get(name);
  if (typeof value !== 'string') throw new NotAnswered(`XINFO has no ${name}`);
  return value;
}

function number(fields: ReadonlyMap<string, Reply>, name: string): number {
  const value = fields.get(name);
  if (typeof value !== 'number') throw new NotAnswered(`XINFO has no ${name}`);
  return value;
}
