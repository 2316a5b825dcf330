import { expect, test } from 'vitest';
import { cutAt, limitWords, replicaLimit, withBufferLimit } from '../../src/domain/output-buffer.ts';

const limit = { hard: 268435456, soft: 67108864, softSeconds: 60 };

test.each([
  ['normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60', limit],
  ['replica 268435456 67108864 60', limit],
  ['normal 0 0 0 pubsub 33554432 8388608 60', undefined],
  ['', undefined],
])('the replica class of "%s"', (setting, want) => expect(replicaLimit(setting)).toEqual(want));

test('only the replica class changes, under the name that the server prints', () => {
  const setting = 'normal 1 2 3 slave 4 5 6 pubsub 7 8 9';
  expect(withBufferLimit(setting, 'replica', limit)).toBe(`normal 1 2 3 slave ${limitWords(limit)} pubsub 7 8 9`);
});

test.each([
  ['7.0.15', 100, 1, 100],
  ['7.0.15', 100, 200, 200],
  ['7.0.15', 0, 200, 0],
  ['6.2.16', 100, 200, 100],
  ['8.1.1', 100, undefined, 100],
])('on %s a hard limit of %i with a backlog of %s cuts at %i', (version, hard, backlog, want) => {
  expect(cutAt({ hard, soft: 0, softSeconds: 0 }, version, backlog)).toBe(want);
});
