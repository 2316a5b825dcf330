import { z } from 'zod';

/** Why a scan ended. Only `complete` has seen every key, and even then keys that came meanwhile may be missing; `rest`
 * has seen all that came after the place where it went on. */
const ScanEnd = z.enum(['complete', 'rest', 'keys', 'time', 'latency', 'cpu', 'cancelled', 'lost']);
export type ScanEnd = z.infer<typeof ScanEnd>;

const TypeShare = z.object({
  type: z.string(),
  keys: z.number(),
  /** Estimated from those that were measured; null when none was. */
  bytes: z.number().nullable(),
});

const BigKey = z.object({
  family: z.string(),
  /** The key itself; only where the target shows key names. */
  name: z.string().optional(),
  db: z.number(),
  type: z.string(),
  bytes: z.number().optional(),
  /** Bytes of a string, elements of a collection. */
  length: z.number().optional(),
  encoding: z.string().optional(),
  /** Null: it never expires. */
  ttlMs: z.number().nullable().optional(),
});

const FamilyShare = z.object({
  family: z.string(),
  keys: z.number(),
  /** Estimated from those that were measured; null when none was. */
  bytes: z.number().nullable(),
  /** Of the keys whose expiry could be read. */
  withoutTtl: z.number(),
  ttlKnown: z.number(),
  /** Strings of less than 200 bytes: candidates for one hash. */
  smallStrings: z.number(),
});
export type FamilyShare = z.infer<typeof FamilyShare>;

const StreamShare = z.object({
  family: z.string(),
  name: z.string().optional(),
  length: z.number(),
  groups: z.number(),
  /** Groups without a consumer. */
  idleGroups: z.number(),
  /** Delivered and not acknowledged, in all groups. */
  pending: z.number(),
  /** Entries that the slowest group has not been given; null before 7.0. */
  lag: z.number().nullable(),
  /** Seconds for which the consumers of a group with pending entries have been idle; null when none is pending. */
  idleSeconds: z.number().nullable(),
});
export type StreamShare = z.infer<typeof StreamShare>;

/** What a bounded scan of the keys of one server has seen. */
export const KeySample = z.object({
  /** Where it was read: a replica where there is one. */
  node: z.string(),
  /** Keys of all databases when it began. */
  total: z.number(),
  /** Keys looked at; SCAN may give a key twice. */
  seen: z.number(),
  ended: ScanEnd,
  tookMs: z.number(),
  types: z.array(TypeShare),
  /** Largest first within each type. */
  biggest: z.array(BigKey),
  families: z.array(FamilyShare),
  encodings: z.array(z.object({ type: z.string(), encoding: z.string(), keys: z.number() })),
  /** Keys that nobody has touched for a day; null where the policy counts frequency instead. */
  idle: z.object({ keys: z.number(), bytes: z.number() }).nullable(),
  /** LFU policies only: the most often used. */
  hottest: z.array(z.object({ family: z.string(), frequency: z.number() })),
  streams: z.array(StreamShare),
  /** Prefixes whose keys must expire, as the target says: how many were seen and how many of them do not. */
  mustExpire: z.array(z.object({ prefix: z.string(), keys: z.number(), forever: z.number() })).default([]),
  /** Lists that the target names as its queues: entries when the scan began and when it ended. */
  queues: z
    .array(z.object({ name: z.string(), before: z.number(), after: z.number(), seconds: z.number() }))
    .default([]),
  /** Commands that the user may not use, so that what they tell is missing. */
  denied: z.array(z.string()),
});
export type KeySample = z.infer<typeof KeySample>;

const ENDED: Readonly<Record<ScanEnd, string>> = {
  complete: 'every key was seen',
  rest: 'it went on where the last scan ended, and came to the end',
  keys: 'the budget of keys was used up',
  time: 'the time for it was over',
  latency: 'it stopped itself because the server answered slower',
  cpu: 'it stopped itself because the processor was busy',
  cancelled: 'it was cancelled',
  lost: 'the connection was lost',
};

/** Every key was looked at, so that what was not found is not there. */
export function isWhole({ ended, seen, total }: KeySample): boolean {
  return ended === 'complete' && seen >= total;
}

/** How much was seen and why no more, for people: a clean sample proves nothing about what it did not see. */
export function coverage({ seen, total, ended }: KeySample): string {
  if (ended === 'complete') return `${seen} keys, all of them`;
  const share = total > 0 ? Math.min(100, (seen / total) * 100) : 100;
  return `${seen} of ${total} keys (${share < 10 ? share.toFixed(1) : Math.round(share)} %): ${ENDED[ended]}, so what was not seen may differ`;
}
