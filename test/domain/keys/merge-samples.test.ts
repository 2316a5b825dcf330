import { expect, test } from 'vitest';
import { coverage, type KeySample } from '../../../src/domain/keys/key-sample.ts';
import { mergeSamples } from '../../../src/domain/keys/merge-samples.ts';

const sample = (more: Partial<KeySample>): KeySample => ({
  node: '10.0.0.1:6379',
  total: 100,
  seen: 50,
  ended: 'keys',
  tookMs: 10,
  types: [{ type: 'string', keys: 50, bytes: 5000 }],
  biggest: [{ family: 'a:*', db: 0, type: 'string', bytes: 10 }],
  families: [{ family: 'a:*', keys: 50, bytes: 5000, withoutTtl: 10, ttlKnown: 50, smallStrings: 3 }],
  encodings: [{ type: 'string', encoding: 'raw', keys: 50 }],
  idle: { keys: 1, bytes: 10 },
  hottest: [],
  streams: [],
  queues: [],
  mustExpire: [],
  denied: [],
  ...more,
});

test('two parts of one server add up, and know when they saw all', () => {
  const more = sample({
    ended: 'rest',
    biggest: [{ family: 'b:*', db: 0, type: 'string', bytes: 99 }],
    denied: ['pttl'],
  });
  const whole = mergeSamples(sample({ ended: 'lost' }), more);
  expect(whole).toMatchObject({
    ended: 'complete',
    seen: 100,
    types: [{ keys: 100, bytes: 10_000 }],
    families: [{ family: 'a:*', keys: 100, withoutTtl: 20, ttlKnown: 100, smallStrings: 6 }],
    encodings: [{ keys: 100 }],
    idle: { keys: 2, bytes: 20 },
    denied: ['pttl'],
  });
  expect(whole.biggest.map(({ bytes }) => bytes)).toEqual([99, 10]);
});

test.each<[Partial<KeySample>, string]>([
  [{ seen: 100, ended: 'complete' }, '100 keys, all of them'],
  [{ ended: 'keys' }, '50 of 100 keys (50 %): the budget of keys was used up, so what was not seen may differ'],
  [
    { seen: 1, ended: 'latency' },
    '1 of 100 keys (1.0 %): it stopped itself because the server answered slower, so what was not seen may differ',
  ],
])('%j is told as %s', (more, want) => {
  expect(coverage(sample(more))).toBe(want);
});
