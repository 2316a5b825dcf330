/** What a key holds; strings are measured in bytes, all else in elements. */
export const SIZED_TYPES = ['string', 'list', 'set', 'zset', 'hash'] as const;
export type SizedType = (typeof SIZED_TYPES)[number];

/** So many keys of a type are at least this large, and less than twice as large. */
export interface SizeBin {
  type: SizedType;
  atLeast: number;
  keys: number;
}

const SUFFIX: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** One field of INFO keysizes: `distrib_hashes_items` and `256=3,2K=1`; empty when it is another field. */
export function sizeBins(field: string, value: string): SizeBin[] {
  const plural = /^distrib_([a-z]+)_(?:sizes|items)$/.exec(field)?.[1];
  const type = SIZED_TYPES.find((one) => plural === (one === 'hash' ? 'hashes' : `${one}s`));
  if (type === undefined) return [];
  return value.split(',').flatMap((bin) => {
    const [, amount, suffix = '', keys] = /^(\d+)([KMGT]?)=(\d+)$/.exec(bin) ?? [];
    if (amount === undefined) return [];
    return [{ type, atLeast: Number(amount) * (SUFFIX[suffix] ?? 1), keys: Number(keys) }];
  });
}
