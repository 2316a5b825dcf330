import type { KeyFacts } from './key-facts.ts';
import { type Family, mergeFamilies, wordsOf } from './key-pattern.ts';
import type { FamilyShare, KeySample, StreamShare } from './key-sample.ts';

const BIGGEST_KEPT = 5;
const FAMILIES_KEPT = 20;
const STREAMS_KEPT = 20;
const HOTTEST_KEPT = 10;
const SMALL_STRING = 200;
const DAY_SECONDS = 86_400;

interface Sizes {
  /** Large ones, each measured. */
  large: number;
  largeBytes: number;
  /** Some of the others, which stand for the rest. */
  measured: number;
  bytes: number;
}

interface Tally extends Sizes {
  withoutTtl: number;
  ttlKnown: number;
  smallStrings: number;
  frequency: number;
}

/** Adds up what is seen of keys as it comes, in bounded memory. */
export class KeyTally {
  seen = 0;
  readonly #types = new Map<string, { keys: number; sizes: Sizes }>();
  readonly #families = new Map<string, Family<Tally>>();
  readonly #encodings = new Map<string, { type: string; encoding: string; keys: number }>();
  #biggest: KeyFacts[] = [];
  #streams: KeyFacts[] = [];
  readonly #idle = { known: 0, keys: 0, bytes: 0 };
  readonly #mustExpire: KeySample['mustExpire'];

  constructor(mustExpire: readonly string[] = []) {
    this.#mustExpire = mustExpire.map((prefix) => ({ prefix, keys: 0, forever: 0 }));
  }

  add(facts: KeyFacts): void {
    this.seen += 1;
    const type = this.#types.get(facts.type) ?? { keys: 0, sizes: NONE };
    this.#types.set(facts.type, { keys: type.keys + 1, sizes: addSizes(type.sizes, sizesOf(facts)) });
    this.#addToFamily(facts);
    if (facts.encoding !== undefined) this.#addEncoding(facts.type, facts.encoding);
    if (facts.idleSeconds !== undefined) {
      this.#idle.known += 1;
      if (facts.idleSeconds > DAY_SECONDS) {
        this.#idle.keys += 1;
        this.#idle.bytes += facts.bytes ?? 0;
      }
    }
    for (const one of this.#mustExpire) {
      if (!facts.key.startsWith(one.prefix) || facts.ttlMs === undefined) continue;
      one.keys += 1;
      one.forever += facts.ttlMs === null ? 1 : 0;
    }
    this.#biggest = largest([...this.#biggest, facts]);
    if (facts.groups !== undefined || facts.type === 'stream') {
      this.#streams = [...this.#streams, facts].toSorted(byBacklog).slice(0, STREAMS_KEPT);
    }
  }

  /** What has been seen so far. `showNames` keeps the names of the biggest keys and streams. */
  sample(
    about: Pick<KeySample, 'node' | 'total' | 'ended' | 'tookMs' | 'denied' | 'queues'>,
    { showNames }: { showNames: boolean },
  ): KeySample {
    const families = mergeFamilies([...this.#families.values()], addTallies);
    const named = (facts: KeyFacts) => ({
      family: familyOf(facts.key, families),
      ...(showNames && { name: facts.key }),
    });
    return {
      ...about,
      seen: this.seen,
      mustExpire: this.#mustExpire.map((one) => ({ ...one })),
      types: [...this.#types]
        .map(([type, { keys, sizes }]) => ({ type, keys, bytes: estimate(keys, sizes) }))
        .toSorted((one, other) => other.keys - one.keys || one.type.localeCompare(other.type)),
      biggest: this.#biggest.map((facts) => ({ ...named(facts), ...seenOf(facts) })),
      families: shares(families),
      encodings: [...this.#encodings.values()].toSorted((one, other) => other.keys - one.keys),
      idle: this.#idle.known > 0 ? { keys: this.#idle.keys, bytes: this.#idle.bytes } : null,
      hottest: hottest(families),
      streams: this.#streams.map((facts) => ({ ...named(facts), ...streamOf(facts) })),
    };
  }

  #addToFamily(facts: KeyFacts): void {
    const { key, ttlMs, frequency } = facts;
    const words = wordsOf(key);
    const name = words.join('');
    const family = this.#families.get(name) ?? { words, keys: 0, tally: NONE };
    const tally = addTallies(family.tally, {
      ...sizesOf(facts),
      withoutTtl: ttlMs === null ? 1 : 0,
      ttlKnown: ttlMs === undefined ? 0 : 1,
      smallStrings: isSmallString(facts) ? 1 : 0,
      frequency: frequency ?? 0,
    });
    this.#families.set(name, { words, keys: family.keys + 1, tally });
  }

  #addEncoding(type: string, encoding: string): void {
    const known = this.#encodings.get(`${type} ${encoding}`) ?? { type, encoding, keys: 0 };
    this.#encodings.set(`${type} ${encoding}`, { ...known, keys: known.keys + 1 });
  }
}

const NONE: Tally = {
  large: 0,
  largeBytes: 0,
  measured: 0,
  bytes: 0,
  withoutTtl: 0,
  ttlKnown: 0,
  smallStrings: 0,
  frequency: 0,
};

function isSmallString({ type, length, encoding = '' }: KeyFacts): boolean {
  if (type !== 'string') return false;
  return length === undefined ? ['int', 'embstr'].includes(encoding) : length < SMALL_STRING;
}

function sizesOf({ bytes, large }: KeyFacts): Sizes {
  if (bytes === undefined) return NONE;
  return large
    ? { large: 1, largeBytes: bytes, measured: 0, bytes: 0 }
    : { large: 0, largeBytes: 0, measured: 1, bytes };
}

function addSizes(one: Sizes, other: Sizes): Sizes {
  return {
    large: one.large + other.large,
    largeBytes: one.largeBytes + other.largeBytes,
    measured: one.measured + other.measured,
    bytes: one.bytes + other.bytes,
  };
}

function addTallies(one: Tally, other: Tally): Tally {
  return {
    ...addSizes(one, other),
    withoutTtl: one.withoutTtl + other.withoutTtl,
    ttlKnown: one.ttlKnown + other.ttlKnown,
    smallStrings: one.smallStrings + other.smallStrings,
    frequency: Math.max(one.frequency, other.frequency),
  };
}

function estimate(keys: number, { large, largeBytes, measured, bytes }: Sizes): number | null {
  if (large + measured === 0) return null;
  return Math.round(largeBytes + (measured === 0 ? 0 : (bytes / measured) * (keys - large)));
}

function seenOf({ db, type, bytes, length, encoding, ttlMs }: KeyFacts) {
  return {
    db,
    type,
    ...(bytes !== undefined && { bytes }),
    ...(length !== undefined && { length }),
    ...(encoding !== undefined && { encoding }),
    ...(ttlMs !== undefined && { ttlMs }),
  };
}

function sizeOf({ bytes, length }: KeyFacts): number {
  return bytes ?? length ?? 0;
}

/** The largest of each type, once each: SCAN may give a key twice. */
function largest(all: readonly KeyFacts[]): KeyFacts[] {
  const once = [...new Map(all.map((facts) => [`${facts.db} ${facts.key}`, facts])).values()];
  return [...Map.groupBy(once, ({ type }) => type).values()].flatMap((group) =>
    group.toSorted((one, other) => sizeOf(other) - sizeOf(one)).slice(0, BIGGEST_KEPT),
  );
}

function shares(families: ReadonlyMap<string, Family<Tally>>): FamilyShare[] {
  return [...families]
    .map(([family, { keys, tally }]) => ({
      family,
      keys,
      bytes: estimate(keys, tally),
      withoutTtl: tally.withoutTtl,
      ttlKnown: tally.ttlKnown,
      smallStrings: tally.smallStrings,
    }))
    .toSorted((one, other) => (other.bytes ?? 0) - (one.bytes ?? 0) || other.keys - one.keys)
    .slice(0, FAMILIES_KEPT);
}

function hottest(families: ReadonlyMap<string, Family<Tally>>) {
  return [...families]
    .map(([family, { tally }]) => ({ family, frequency: tally.frequency }))
    .filter(({ frequency }) => frequency > 0)
    .toSorted((one, other) => other.frequency - one.frequency)
    .slice(0, HOTTEST_KEPT);
}

/** The family that a key ended up in after they were merged: the longest whose words fit. */
function familyOf(key: string, families: ReadonlyMap<string, Family<Tally>>): string {
  const words = wordsOf(key);
  const exact = words.join('');
  if (families.has(exact)) return exact;
  const fits = (family: Family<Tally>) =>
    family.words.length === words.length && family.words.every((word, at) => word === '*' || word === words[at]);
  const fitting = [...families].find(([, family]) => fits(family));
  if (fitting) return fitting[0];
  const [first = '*', delimiter] = words;
  return delimiter === undefined ? '*' : `${first}${delimiter}*`;
}

function pendingOf({ groups = [] }: KeyFacts): number {
  return groups.reduce((sum, { pending }) => sum + pending, 0);
}

function byBacklog(one: KeyFacts, other: KeyFacts): number {
  return pendingOf(other) - pendingOf(one) || (other.length ?? 0) - (one.length ?? 0);
}

function streamOf(facts: KeyFacts): Omit<StreamShare, 'family' | 'name'> {
  const groups = facts.groups ?? [];
  const lags = groups.flatMap(({ lag }) => (lag === undefined ? [] : [lag]));
  const idle = groups.filter(({ pending }) => pending > 0).flatMap(({ idleSeconds }) => idleSeconds ?? []);
  return {
    length: facts.length ?? 0,
    groups: groups.length,
    idleGroups: groups.filter(({ consumers }) => consumers === 0).length,
    pending: pendingOf(facts),
    lag: lags.length === 0 ? null : Math.max(...lags),
    idleSeconds: idle.length === 0 ? null : Math.max(...idle),
  };
}
