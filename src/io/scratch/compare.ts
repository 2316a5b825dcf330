import type { Command, Reply } from '../../domain/command.ts';
import { differenceOf } from '../../domain/key-difference.ts';
import type { RdbKey } from '../../domain/rdb.ts';
import type { SampleComparison } from '../../flow/backup/ports.ts';
import { dumpDigest } from '../rdb/content.ts';
import type { Magic } from '../rdb/value-types.ts';

/** Names and values hold one character a byte. */
export type Ask = (commands: readonly Command[]) => Promise<Reply[]>;

const PIECE = 20;

/** Asks a server for the keys that were drawn from a file. `now` is asked each time. */
export async function compareSample(
  ask: Ask,
  sample: readonly RdbKey[],
  magic: Magic,
  now: () => number,
  signal?: AbortSignal,
): Promise<SampleComparison> {
  const different: { key: RdbKey; how: string }[] = [];
  const sums = { compared: 0, byContent: 0, expired: 0 };
  for (let at = 0; at < sample.length; at += PIECE) {
    signal?.throwIfAborted();
    const keys = sample.slice(at, at + PIECE);
    const replies = await ask(keys.flatMap(questions));
    for (const [place, key] of keys.entries()) {
      const [, type, expiry, dump] = replies.slice(place * 4, place * 4 + 4);
      if (type === 'none' && key.expiresAt !== undefined && key.expiresAt <= now()) {
        sums.expired += 1;
        continue;
      }
      sums.compared += 1;
      const content =
        typeof dump === 'string' && key.digest !== undefined
          ? dumpDigest(magic, Buffer.from(dump, 'latin1'))
          : undefined;
      if (content !== undefined) sums.byContent += 1;
      const how = differenceOf(key, { type, left: expiry, digest: content }, now());
      if (how !== undefined) different.push({ key, how });
    }
  }
  return { ...sums, different };
}

/** Four each, so that the answers can be told apart by their places. */
function questions({ database, name, digest }: RdbKey): Command[] {
  return [
    ['SELECT', String(database)],
    ['TYPE', name],
    ['PTTL', name],
    digest === undefined ? ['EXISTS', name] : ['DUMP', name],
  ];
}
