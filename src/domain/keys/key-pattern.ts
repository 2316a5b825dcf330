/** Key names as families. A name itself may hold whatever an application puts there, so it is shown only where asked. */

const DELIMITERS = /([:/|.])/;
/** More different words than this at one place are values, not names. */
const MOST_NAMES = 16;
/** A family of fewer keys than this would tell the keys themselves. */
const FEWEST_KEYS = 3;
const LONGEST_WORD = 32;

/** The words of a key with delimiters kept at odd places and what is surely a value as `*`: `user:42:cart` -> user : * : cart. */
export function wordsOf(key: string): string[] {
  return key.split(DELIMITERS).map((word, at) => (at % 2 === 1 || isName(word) ? word : '*'));
}

/** Letters with dashes and underscores, such as `cart`, `rate_limit`, `v2`; numbers, hashes, addresses and mail are values. */
function isName(word: string): boolean {
  if (/^v\d{1,2}$/.test(word)) return true;
  return word.length <= LONGEST_WORD && /^[A-Za-z_{}-]*$/.test(word) && !/[a-z][A-Z][a-z]*[A-Z]{2}/.test(word);
}

/** What is known of the keys of one family; families that turn out to be one are added up. */
export interface Family<T> {
  words: readonly string[];
  keys: number;
  tally: T;
}

/** Merges families until no place holds so many words, or a family so few keys, that single keys would show. */
export function mergeFamilies<T>(families: readonly Family<T>[], add: (into: T, more: T) => T): Map<string, Family<T>> {
  let merged = [...families];
  const longest = Math.max(0, ...merged.map(({ words }) => words.length));
  for (let at = 0; at < longest; at += 2) {
    const places = Map.groupBy(merged, ({ words }) => JSON.stringify(words.slice(0, at)));
    const crowded = new Set<string>();
    for (const [place, group] of places) {
      if (new Set(group.map(({ words }) => words[at])).size > MOST_NAMES) crowded.add(place);
    }
    merged = merged.map((family) =>
      crowded.has(JSON.stringify(family.words.slice(0, at))) && family.words[at] !== undefined
        ? { ...family, words: family.words.with(at, '*') }
        : family,
    );
  }
  const whole = sum(merged, add);
  const small = [...whole.values()].filter(({ keys }) => keys < FEWEST_KEYS);
  const large = [...whole.values()].filter(({ keys }) => keys >= FEWEST_KEYS);
  return sum([...large, ...small.map((family) => ({ ...family, words: shortened(family.words) }))], add);
}

/** The first word alone, or nothing but `*` where there is only one. */
function shortened(words: readonly string[]): string[] {
  const [first = '*', delimiter] = words;
  return delimiter === undefined ? ['*'] : [first, delimiter, '*'];
}

function sum<T>(families: readonly Family<T>[], add: (into: T, more: T) => T): Map<string, Family<T>> {
  const sums = new Map<string, Family<T>>();
  for (const family of families) {
    const name = family.words.join('');
    const known = sums.get(name);
    sums.set(
      name,
      known ? { ...known, keys: known.keys + family.keys, tally: add(known.tally, family.tally) } : family,
    );
  }
  return sums;
}
