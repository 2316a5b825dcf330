import { expect, test } from 'vitest';
import clock from '../../../src/probes/clock.ts';
import clusterConfig from '../../../src/probes/cluster-config.ts';
import replication from '../../../src/probes/replication.ts';
import rule from '../../../src/rules/cluster/cluster-node-failed.ts';
import { clusterScene, LETTERS, type Member, type Members } from '../../support/cluster-scene.ts';
import { said, saw } from '../../support/scene.ts';

/** Its clock stands so many seconds after everybody was heard; the node timeout is 15 s. */
function after(seconds: number): Member {
  return { readings: [saw(clock, { epochSeconds: 1_800_000_000 + seconds })] };
}

test.each<[string, Members, string]>([
  ['all are well', {}, 'clear'],
  ['a primary that failed with its slots', { a: { dead: true, flags: 'fail' } }, 'critical'],
  ['one that fails for its peers and answers us', { a: { flags: 'fail' } }, 'critical'],
  ['a replica', { d: { dead: true, flags: 'fail' } }, 'high'],
  [
    'an old primary whose replica has taken over',
    { a: { dead: true, flags: 'fail', slots: '' }, d: { follows: '', slots: '0-5460' } },
    'high',
  ],
  ['one that only a minority calls failed', { b: { sees: { a: { flags: 'fail' } } } }, 'clear'],
  ['a primary that we alone do not reach', { a: { dead: true } }, 'clear'],
  [
    'no majority is left to agree',
    { a: { dead: true, flags: 'fail?' }, b: { dead: true, flags: 'fail?' } },
    'critical critical',
  ],
  ['one that a peer has not heard for 30 s', { c: { ...after(30), sees: { a: { flags: 'fail?' } } } }, 'clear'],
  ['one that a peer has not heard for 31 s', { c: { ...after(31), sees: { a: { flags: 'fail?' } } } }, 'warning'],
  [
    'one that a peer has never heard, of which no age is known',
    { c: { ...after(31), sees: { a: { flags: 'fail?', heard: 0 } } } },
    'clear',
  ],
  ['one that is still being met', { b: { sees: { d: { flags: 'handshake,fail' } } } }, 'clear'],
])('%s', (_sentence, members, want) => {
  expect(said(rule, clusterScene(members))).toBe(want);
});

test('an old id of a node that lives on under another is no loss', () => {
  const ghost = { at: '10.0.0.1:6379', flags: 'fail' };
  const sees = Object.fromEntries(LETTERS.map((letter) => [letter, { sees: { '9': ghost } }]));
  expect(said(rule, clusterScene(sees))).toBe('clear');
});

test('a failed member without an address is told by its id, on the target', () => {
  const lost = { at: '', flags: 'fail,noaddr', slots: '5460' };
  const sees = Object.fromEntries(LETTERS.map((letter) => [letter, { sees: { '9': lost } }]));
  expect(rule.assess('x', clusterScene(sees))).toMatchObject([
    { node: 'prod', headline: 'The primary node 99999999 (slots 5460) has failed, and no replica has taken over' },
  ]);
});

function whyNot(members: Members): string | undefined {
  const [found] = rule.assess('x', clusterScene({ a: { dead: true, flags: 'fail' }, ...members }));
  return found?.kind === 'found' ? found.evidence.find(({ field }) => field === 'failover')?.value : undefined;
}

test.each<[string, Members]>([
  ['it has no replica', { d: { follows: 'b' } }],
  ['none of its replicas answers either', { d: { dead: true } }],
  ['1 of 3 primaries are left, no majority to elect one', { b: { dead: true, flags: 'fail' } }],
  ['cluster-replica-no-failover is yes on 10.0.0.4:6379', { d: { flags: 'nofailover' } }],
  [
    'the data of 10.0.0.4:6379 is 200 s old',
    {
      d: {
        readings: [
          saw(replication, { master_link_down_since_seconds: 200 }),
          saw(clusterConfig, { cluster_node_timeout: 15_000, cluster_replica_validity_factor: 10 }),
        ],
      },
    },
  ],
  ['10.0.0.4:6379 may: an election takes a few seconds', {}],
])('nobody has taken over because %s', (why, members) => {
  expect(whyNot(members)?.replace('3 min old', '200 s old')).toContain(why);
});

test('the evidence says who agrees, since when, and what we see ourselves', () => {
  const [found] = rule.assess('x', clusterScene({ a: { dead: true, flags: 'fail' }, b: after(20) }));
  expect(found).toMatchObject({
    node: '10.0.0.1:6379',
    headline: 'The primary 10.0.0.1:6379 (slots 0-5460) has failed, and no replica has taken over',
    evidence: [
      { field: 'CLUSTER NODES', value: 'fail on 5 of 5 nodes' },
      { field: 'last heard', value: '20 s ago' },
      { field: 'connection', value: 'unreachable' },
      { field: 'failover' },
    ],
  });
});
