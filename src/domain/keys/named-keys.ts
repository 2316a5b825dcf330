import { z } from 'zod';
import type { Refusal, Scene } from '../action.ts';
import type { Question } from '../answers.ts';
import { printable } from '../printable.ts';
import { textReply } from '../probe.ts';
import { groupOf, unsteady } from '../replication-group.ts';
import { type ReadNode, readNodes } from '../snapshot.ts';
import { bytes, duration } from '../units.ts';
import { splitWords } from '../words.ts';
import { sizeOf, ttlOf } from './key-signs.ts';
import { keySlot } from './key-slot.ts';

const LONGEST_SHOWN = 60;

const Name = z.string().min(1).max(1024);

/** Keys by name: a list, or a text with names as in redis-cli (a name with spaces stands in quotes). */
export function keyNames(most: number) {
  return z
    .union([
      z.array(Name),
      z.string().transform((text, context) => {
        const words = splitWords(text);
        if (words) return words;
        context.addIssue({ code: 'custom', message: 'a quote is not closed' });
        return z.NEVER;
      }),
    ])
    .pipe(z.array(Name).min(1).max(most))
    .refine((keys) => new Set(keys).size === keys.length, 'a key is named twice');
}

/** The number of a database, as SELECT takes it. */
export const Database = z.number().int().min(0).max(9999).default(0);

/** What was seen of a key that an action names. */
export interface NamedKey {
  key: string;
  /** The primary that holds it. */
  home: ReadNode;
  /** `none` where there is no such key. */
  type: string;
  bytes: number;
  /** Ms until it expires; null when it never does. */
  ttlMs: number | null;
}

/** The primary that a key is written to, or why it cannot be told. */
export function homeOf({ snapshot, node }: Scene, key: string): ReadNode | Refusal {
  if (node.identity.mode !== 'cluster') {
    const [head] = groupOf(snapshot, node);
    return head.identity.role === 'primary'
      ? head
      : { refused: `the primary of ${node.name} could not be read: keys are changed there` };
  }
  const slot = keySlot(key);
  const home = readNodes(snapshot).find(
    ({ seat }) => seat?.id === seat?.shard && seat?.slots.some(({ from, to }) => from <= slot && slot <= to),
  );
  return home ?? { refused: `slot ${slot} of ${showKey(key)} is served by no primary that could be read` };
}

/** What must be asked to know these keys. */
export function aboutKeys(scene: Scene, { keys, db }: { keys: readonly string[]; db: number }): Question[] {
  return keys.flatMap((key) => {
    const home = homeOf(scene, key);
    return 'refused' in home ? [] : Object.values(questionsOf(home, key, db));
  });
}

function questionsOf({ name }: ReadNode, key: string, db: number) {
  const on = { node: name, ...(db > 0 && { db }) };
  return {
    type: { ...on, command: ['TYPE', key] },
    ttl: { ...on, command: ttlOf(key) },
    size: { ...on, command: sizeOf(key) },
  } as const satisfies Record<string, Question>;
}

/** What was answered about these keys; throws NotAnswered. */
export function seenKeys(scene: Scene, { keys, db }: { keys: readonly string[]; db: number }): NamedKey[] | Refusal {
  const seen: NamedKey[] = [];
  for (const key of keys) {
    const home = homeOf(scene, key);
    if ('refused' in home) return home;
    const odd = unsteady(home);
    if (odd) return { refused: odd };
    if (home.identity.mode === 'cluster' && db > 0) return { refused: 'a cluster has database 0 only' };
    const { type, ttl, size } = questionsOf(home, key, db);
    const left = Number(scene.answer(ttl));
    seen.push({
      key,
      home,
      type: textReply(scene.answer(type)),
      bytes: Number(scene.answer(size) ?? 0),
      ttlMs: left >= 0 ? left : null,
    });
  }
  return seen;
}

/** A name for people: quoted, on one line, not longer than a line can be. */
export function showKey(key: string): string {
  return `"${printable(key, LONGEST_SHOWN)}"`;
}

/** `"cart:42" (hash, 12 MiB, expires in 3 h)`. */
export function describeKey({ key, type, bytes: size, ttlMs }: NamedKey): string {
  if (type === 'none') return `${showKey(key)} (not there)`;
  const expiry = ttlMs === null ? 'never expires' : `expires in ${duration(Math.ceil(ttlMs / 1000))}`;
  return `${showKey(key)} (${type}, ${bytes(size)}, ${expiry})`;
}
