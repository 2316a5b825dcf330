import { describe, expect, test } from 'vitest';
import { fromFile, readValue, showValue, writeValue } from '../../src/domain/parameter.ts';
import { filledIn, referencesIn } from '../../src/domain/parameter-references.ts';

describe('what a person types', () => {
  test.each([
    ['integer', '12', 12],
    ['integer', '-3', -3],
    ['integer', '1.5', 'expected a whole number'],
    ['integer', '1e3', 'expected a whole number'],
    ['number', ' 0.75 ', 0.75],
    ['number', 'Infinity', 'expected a number'],
    ['size', '4gb', 4 * 1024 ** 3],
    ['size', '1.5GiB', 1.5 * 1024 ** 3],
    ['size', '-4gb', 'expected a size such as 512mb or 4gb'],
    ['duration', '90s', 90],
    ['duration', '500ms', 0.5],
    ['duration', '90', 'expected a duration such as 500ms, 30s, 10m or 1h'],
    ['boolean', 'Yes', true],
    ['boolean', 'false', false],
    ['boolean', 'maybe', 'expected yes or no'],
    ['text', ' cart:42 ', 'cart:42'],
    ['text', 'cart:1\r\n cart:2 \n', 'cart:1 cart:2'],
    ['text', 'x'.repeat(3000), 'x'.repeat(3000)],
    ['text', 'a\0b', 'expected a text of 3000 characters at most'],
    ['text', 'a\u202Eb', 'expected a text of 3000 characters at most'],
    ['text', '', 'expected a text of 3000 characters at most'],
    ['choice', 'a\nFLUSHALL', 'expected one of the values'],
    ['text', 'x'.repeat(3001), 'expected a text of 3000 characters at most'],
    ['choice', 'x'.repeat(201), 'expected one of the values'],
  ] as const)('as %s: %s', (type, typed, want) => {
    const read = readValue(type, typed);
    expect('value' in read ? read.value : read.wrong).toBe(want);
  });

  test.each([
    ['size', 1.5 * 1024 ** 3, '1536mb', '1.5 GiB'],
    ['size', 1000, '1000', '1000 B'],
    ['size', 0, '0', '0 B'],
    ['duration', 5400, '90m', '90 min'],
    ['duration', 0.25, '250ms', '0.3 s'],
    ['duration', 61, '61s', '61 s'],
    ['boolean', true, 'yes', 'yes'],
    ['choice', 'allkeys-lru', 'allkeys-lru', 'allkeys-lru'],
    ['integer', 7, '7', '7'],
  ] as const)('a %s of %s is written %s, which is the same value again', (type, value, written, shown) => {
    expect(writeValue(type, value)).toBe(written);
    expect(readValue(type, written)).toEqual({ value });
    expect(showValue(type, value)).toBe(shown);
  });
});

test.each([
  ['integer', 1.5, undefined],
  ['integer', 2, 2],
  ['size', 0.5, undefined],
  ['boolean', 'yes', true],
  ['text', 5, undefined],
  ['number', true, undefined],
] as const)('a file that gives a %s the value %s', (type, written, want) => expect(fromFile(type, written)).toBe(want));

test('an argument that is a parameter, at any depth, is filled in; without a value its key is left away', () => {
  const args = { bytes: '$size', to: { host: '$host' }, words: ['$size', 'a $size b', '$'], price: 5 };
  expect(referencesIn(args)).toEqual([
    { path: ['bytes'], name: 'size' },
    { path: ['to', 'host'], name: 'host' },
    { path: ['words', 0], name: 'size' },
  ]);
  expect(filledIn(args, { size: 4 })).toEqual({ bytes: 4, to: {}, words: [4, 'a $size b', '$'], price: 5 });
});
