import { expect, test } from 'vitest';
import replication from '../../../src/probes/replication.ts';
import replicationConfig from '../../../src/probes/replication-config.ts';
import rule from '../../../src/rules/replication/replica-not-promotable.ts';
import { server } from '../../support/links.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Replica {
  priority?: number;
  announced?: number;
  noFailover?: string;
}

const FIT: Replica = { priority: 100, announced: 1, noFailover: 'no' };

function answer(replicas: readonly Replica[], { mode = 'standalone' as 'standalone' | 'cluster', unread = 0 } = {}) {
  const nodes = [
    server('a:1', undefined, [saw(replication, { role: 'master', connected_slaves: replicas.length + unread })]),
    ...replicas.map(({ priority, announced, noFailover }, at) =>
      server(`r${at}:1`, 'a:1', [
        saw(replication, {
          role: 'slave',
          connected_slaves: 0,
          ...(priority !== undefined && { slave_priority: priority }),
          ...(announced !== undefined && { replica_announced: announced }),
        }),
        saw(replicationConfig, { cluster_replica_no_failover: noFailover }),
      ]),
    ),
  ];
  const all = nodes.map((node) => ({ ...node, identity: { ...node.identity, mode } }));
  return said(rule, scene({ nodes: all })).split(' ')[0];
}

test.each([
  ['a replica that may', [FIT], 'clear'],
  ['no replica', [], 'clear'],
  ['the only one has priority 0', [{ ...FIT, priority: 0 }], 'warning'],
  ['the only one is not announced', [{ ...FIT, announced: 0 }], 'warning'],
  ['one of two may', [{ ...FIT, priority: 0 }, FIT], 'clear'],
  [
    'neither of two may',
    [
      { ...FIT, priority: 0 },
      { ...FIT, announced: 0 },
    ],
    'warning',
  ],
  ['a version that tells nothing of announcing', [{ priority: 100 }], 'clear'],
])('%s', (_sentence, replicas, want) => {
  expect(answer(replicas)).toBe(want);
});

test('one that could not be read may be fit, and one that is fit settles it', () => {
  expect(answer([{ ...FIT, priority: 0 }], { unread: 1 })).toBe('unassessed');
  expect(answer([FIT], { unread: 1 })).toBe('clear');
});

test('a cluster looks at cluster-replica-no-failover alone', () => {
  expect(answer([{ ...FIT, priority: 0 }], { mode: 'cluster' })).toBe('clear');
  expect(answer([{ ...FIT, noFailover: 'yes' }], { mode: 'cluster' })).toBe('warning');
});
