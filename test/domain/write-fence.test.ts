import { expect, test } from 'vitest';
import { readNodes } from '../../src/domain/snapshot.ts';
import { fenceOf, hasRole, isLinked } from '../../src/domain/write-fence.ts';
import { group, lines, PRIMARY, primary } from '../support/planning.ts';

const [node] = readNodes(group([primary()]));
if (!node) throw new Error('no node');

test.each([
  ['as it is', { min_replicas_to_write: 1, min_replicas_max_lag: 10 }, undefined, '1'],
  ['as it was, where it is fenced by now', { min_replicas_to_write: 1000, min_replicas_max_lag: 10 }, 2, '2'],
])('a fence goes back to the setting %s', (_when, settings, old, back) => {
  const fence = fenceOf(node, settings, old);
  if ('refused' in fence) throw new Error(fence.refused);
  expect(lines([fence.set, fence.restore])).toEqual([
    `${PRIMARY}> CONFIG SET min-replicas-to-write 1000`,
    `${PRIMARY}> CONFIG SET min-replicas-to-write ${back}`,
  ]);
});

test.each([
  [{ min_replicas_to_write: 0, min_replicas_max_lag: 0 }, 'min-replicas-max-lag is 0'],
  [{ min_replicas_to_write: undefined, min_replicas_max_lag: undefined }, 'not shown'],
])('%o keeps no write out', (settings, reason) =>
  expect(fenceOf(node, settings)).toMatchObject({ refused: expect.stringContaining(reason) }),
);

test('roles and links as they show', () =>
  expect([hasRole(node, 'slave'), isLinked(node)]).toEqual([
    { node: PRIMARY, reading: 'replication.role', value: 'slave' },
    { node: PRIMARY, reading: 'replication.master_link_status', value: 'up' },
  ]));
