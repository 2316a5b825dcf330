import { expect, test } from 'vitest';
import { ReplyError } from '../../src/domain/command.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { NotAnswered } from '../../src/domain/probe.ts';
import clusterOpenSlots from '../../src/probes/cluster-open-slots.ts';
import { identityOf, replies } from '../support/captured.ts';
import { plainTarget } from '../support/target.ts';

const server = { ...identityOf('redis-7.0.15'), mode: 'cluster' as const, role: 'primary' as const };
const nodes = replies('redis-7.0.15', 'cluster-nodes-with-a-dead-primary');

test('the keys of each open slot are counted, and of no other', () => {
  expect(clusterOpenSlots.further?.(nodes, server)).toEqual([
    ['CLUSTER', 'COUNTKEYSINSLOT', '7'],
    ['CLUSTER', 'COUNTKEYSINSLOT', '9000'],
  ]);
  const { counts, imported } = clusterOpenSlots.read([...nodes, 3, 0], server);
  expect([...counts]).toEqual([
    [7, 3],
    [9000, 0],
  ]);
  expect(imported).toBe(0);
});

test.each([
  ['a server in no cluster', { ...server, mode: 'standalone' as const }, 0],
  ['a replica', { ...server, role: 'replica' as const }, 0],
  ['a primary', server, 1],
])('%s', (_who, identity, asked) =>
  expect(clusterOpenSlots.commands(identity, parseInfo(''), plainTarget())).toHaveLength(asked),
);

test('a refusal leads to no question, and is the answer', () => {
  const refusal = new ReplyError('NOPERM this user has no permissions');
  expect(clusterOpenSlots.further?.([refusal], server)).toEqual([]);
  expect(() => clusterOpenSlots.read([refusal], server)).toThrow('NOPERM');
});

test('where nothing was asked nothing is open; what does not fit together is no answer', () => {
  expect(clusterOpenSlots.read([], server).counts.size).toBe(0);
  expect(() => clusterOpenSlots.read([...nodes, 3], server)).toThrow(NotAnswered);
  expect(() => clusterOpenSlots.read([...nodes, 3, 'x'], server)).toThrow('COUNTKEYSINSLOT answered "x"');
});
