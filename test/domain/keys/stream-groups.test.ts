import { expect, test } from 'vitest';
import { compareIds, consumerStates, groupStates } from '../../../src/domain/keys/stream-groups.ts';

test('groups with and without a lag', () => {
  const row = ['name', 'g', 'consumers', 2, 'pending', 3, 'last-delivered-id', '5-1'];
  expect(groupStates([row, [...row, 'entries-read', 7, 'lag', 4], [...row, 'lag', null]])).toMatchObject([
    { name: 'g', consumers: 2, pending: 3, lastDelivered: '5-1', lag: undefined },
    { lag: 4 },
    { lag: undefined },
  ]);
  expect(consumerStates([['name', 'c', 'pending', 0, 'idle', 99, 'inactive', 100]])).toEqual([
    { name: 'c', pending: 0, idleMs: 99 },
  ]);
});

test('what is no such list is not answered', () => {
  expect(() => groupStates('OK')).toThrow('something else');
  expect(() => groupStates([['name', 'g']])).toThrow('no consumers');
});

test.each([
  ['1-1', '1-2', -1],
  ['2', '1-9', 1],
  ['1700000000000-0', '1700000000000', 0],
  ['9007199254740993-1', '9007199254740992-1', 1],
])('%s against %s: %d', (one, other, order) => expect(compareIds(one, other)).toBe(order));
