import type { KeySample } from './key-sample.ts';

const BIGGEST_KEPT = 5;
const KEPT = 20;

/** One sample of what two scans of one server saw, the second of which went on where the first ended. */
export function mergeSamples(first: KeySample, second: KeySample): KeySample {
  return {
    ...second,
    mustExpire: summed(
      [...first.mustExpire, ...second.mustExpire],
      ({ prefix }) => prefix,
      (one, other) => ({
        prefix: one.prefix,
        keys: one.keys + other.keys,
        forever: one.forever + other.forever,
      }),
    ),
    queues: second.queues.length > 0 ? second.queues : first.queues,
    total: Math.max(first.total, second.total),
    seen: first.seen + second.seen,
    ended: goneThrough(second) ? 'complete' : second.ended,
    tookMs: first.tookMs + second.tookMs,
    types: summed(
      [...first.types, ...second.types],
      ({ type }) => type,
      (one, other) => ({
        type: one.type,
        keys: one.keys + other.keys,
        bytes: added(one.bytes, other.bytes),
      }),
    ).toSorted((one, other) => other.keys - one.keys),
    biggest: [...Map.groupBy([...first.biggest, ...second.biggest], ({ type }) => type).values()].flatMap((group) =>
      group
        .toSorted((one, other) => (other.bytes ?? other.length ?? 0) - (one.bytes ?? one.length ?? 0))
        .slice(0, BIGGEST_KEPT),
    ),
    families: summed(
      [...first.families, ...second.families],
      ({ family }) => family,
      (one, other) => ({
        family: one.family,
        keys: one.keys + other.keys,
        bytes: added(one.bytes, other.bytes),
        withoutTtl: one.withoutTtl + other.withoutTtl,
        ttlKnown: one.ttlKnown + other.ttlKnown,
        smallStrings: one.smallStrings + other.smallStrings,
      }),
    )
      .toSorted((one, other) => (other.bytes ?? 0) - (one.bytes ?? 0) || other.keys - one.keys)
      .slice(0, KEPT),
    encodings: summed(
      [...first.encodings, ...second.encodings],
      ({ type, encoding }) => `${type} ${encoding}`,
      (one, other) => ({ ...one, keys: one.keys + other.keys }),
    ),
    idle:
      first.idle && second.idle
        ? { keys: first.idle.keys + second.idle.keys, bytes: first.idle.bytes + second.idle.bytes }
        : (first.idle ?? second.idle),
    hottest: summed(
      [...first.hottest, ...second.hottest],
      ({ family }) => family,
      (one, other) => (one.frequency >= other.frequency ? one : other),
    ),
    streams: [...first.streams, ...second.streams]
      .toSorted((one, other) => other.pending - one.pending || other.length - one.length)
      .slice(0, KEPT),
    denied: [...new Set([...first.denied, ...second.denied])].sort(),
  };
}

/** The second began where the first ended and came to the end, so that together they saw all. */
function goneThrough(second: KeySample): boolean {
  return second.ended === 'complete' || second.ended === 'rest';
}

function summed<T>(all: readonly T[], key: (one: T) => string, add: (one: T, other: T) => T): T[] {
  const sums = new Map<string, T>();
  for (const one of all) {
    const known = sums.get(key(one));
    sums.set(key(one), known === undefined ? one : add(known, one));
  }
  return [...sums.values()];
}

function added(one: number | null, other: number | null): number | null {
  return one === null ? other : one + (other ?? 0);
}
