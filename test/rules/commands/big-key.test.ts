import { expect, test } from 'vitest';
import type { SizeBin } from '../../../src/domain/key-sizes.ts';
import type { KeySample } from '../../../src/domain/keys/key-sample.ts';
import keySample from '../../../src/probes/key-sample.ts';
import keySizes from '../../../src/probes/key-sizes.ts';
import rule from '../../../src/rules/commands/big-key.ts';
import { said, saw, scene } from '../../support/scene.ts';

const KB = 1024;

function bin(type: SizeBin['type'], atLeast: number, keys = 1): SizeBin {
  return { type, atLeast, keys };
}

function rowScene(bins: SizeBin[] | undefined) {
  return scene({ nodes: [{ readings: [saw(keySizes, { bins })] }] });
}

test.each<[string, SizeBin[] | undefined, string]>([
  ['no keys', [], 'clear'],
  ['strings below 1 MiB', [bin('string', 512 * KB, 900)], 'clear'],
  ['a string of 1 MiB or more', [bin('string', KB * KB)], 'warning'],
  ['a string of 128 MiB', [bin('string', 128 * KB * KB)], 'critical'],
  ['a hash of 8,192 fields or more, which may be fewer than 10,000', [bin('hash', 8 * KB)], 'clear'],
  ['a hash of 16,384 fields or more', [bin('hash', 16 * KB)], 'warning'],
  ['a sorted set of a million', [bin('zset', KB * KB)], 'critical'],
  ['a version that does not count', undefined, 'unassessed'],
])('%s: %s', (_what, bins, wanted) => {
  expect(said(rule, rowScene(bins))).toBe(wanted);
});

test('the largest is told first, and all of them as evidence', () => {
  const bins = [bin('string', KB * KB, 3), bin('list', 64 * KB, 1), bin('set', 2 * KB, 80)];
  expect(rule.assess('rule', rowScene(bins))).toMatchObject([
    {
      headline: '4 keys are very large: a string of 1 MiB or more',
      evidence: [
        { field: 'keysizes string', value: '3 of 1 MiB to 2 MiB', expected: '<= 1 MiB' },
        { field: 'keysizes list', value: '1 of 65536 elements to 131072 elements', expected: '<= 10000 elements' },
      ],
    },
  ]);
});

test('a replica whose primary was read leaves it to that', () => {
  const bins = [bin('hash', 64 * KB)];
  const snapshot = scene({
    nodes: [
      { name: '10.0.0.1:6379', readings: [saw(keySizes, { bins })] },
      {
        name: '10.0.0.2:6379',
        role: 'replica',
        identity: { primary: { host: '10.0.0.1', port: 6379 } },
        readings: [saw(keySizes, { bins })],
      },
    ],
  });
  expect(said(rule, snapshot)).toBe('warning clear');
});

const key = (type: string, sizes: { bytes?: number; length?: number }) => ({ family: 'cart:*', db: 0, type, ...sizes });

test.each<[string, Partial<KeySample>, string]>([
  ['a large hash in a sample', { biggest: [key('hash', { length: 10_001 })] }, 'warning'],
  ['a huge one', { biggest: [key('hash', { length: 1_000_001 })] }, 'critical'],
  ['a large string', { biggest: [key('string', { bytes: KB * KB + 1, length: KB * KB })] }, 'warning'],
  [
    'a sample of all keys that is clean',
    { biggest: [key('set', { length: 5 })], ended: 'complete', seen: 100 },
    'clear',
  ],
  ['a sample of some that is clean proves nothing', { biggest: [], ended: 'keys' }, 'unassessed'],
])('%s, where the server does not count sizes', (_sentence, sample, want) => {
  const readings = [
    saw(keySizes, { bins: undefined }),
    saw(keySample, { seen: 10, total: 100, ended: 'keys', ...sample }),
  ];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});
