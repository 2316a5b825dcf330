import { expect, test } from 'vitest';
import { sizeBins } from '../../src/domain/key-sizes.ts';

test.each([
  [
    'distrib_strings_sizes',
    '32=2000,1M=2',
    [
      ['string', 32, 2000],
      ['string', 2 ** 20, 2],
    ],
  ],
  ['distrib_hashes_items', '64K=1', [['hash', 65_536, 1]]],
  ['distrib_zsets_items', '1=7', [['zset', 1, 7]]],
  ['distrib_strings_sizes', '', []],
  ['distrib_strings_sizes', '1X=3', []],
  ['keys', '5,expires=0', []],
])('%s:%s', (field, value, wanted) => {
  expect(sizeBins(field, value).map(({ type, atLeast, keys }) => [type, atLeast, keys])).toEqual(wanted);
});
