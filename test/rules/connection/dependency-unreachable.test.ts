import { describe, expect, test } from 'vitest';
import replication from '../../../src/probes/replication.ts';
import rule from '../../../src/rules/connection/dependency-unreachable.ts';
import { clusterScene, type Members } from '../../support/cluster-scene.ts';
import { type ReadSketch, said, saw, scene } from '../../support/scene.ts';
import { SENTINEL_TARGET, three } from '../../support/watched.ts';

const PRIMARY = '10.0.0.1:6379';
const REPLICA = '10.0.0.2:6379';

function follower(link: string | undefined, heard = 10): ReadSketch {
  return {
    name: REPLICA,
    role: 'replica',
    identity: { primary: { host: '10.0.0.1', port: 6379 } },
    readings:
      link === undefined
        ? []
        : [
            saw(replication, {
              role: 'slave',
              master_link_status: link,
              master_last_io_seconds_ago: heard,
              replicas: [],
            }),
          ],
  };
}

const GONE = { name: PRIMARY, cause: 'unreachable', origin: { reportedBy: REPLICA, as: 'primary' } } as const;

test.each([
  ['a primary that its replica has lost as well is high', [follower('down'), GONE], 'high'],
  ['a primary that hangs is no better', [follower('down'), { ...GONE, cause: 'hung' as const }], 'high'],
  ['a primary whose replica still has its link is only out of our reach', [follower('up'), GONE], 'warning'],
  ['a primary that its replica has not heard of for 11 s is gone', [follower('up', 11), GONE], 'high'],
  ['a primary that hangs does so for its replica too', [follower('up'), { ...GONE, cause: 'hung' as const }], 'high'],
  ['a replica whose replication could not be read is taken as cut off', [follower(undefined), GONE], 'high'],
  [
    'a member named in the target is node-unreachable',
    [follower('down'), { ...GONE, origin: 'seed' as const }],
    'clear',
  ],
  [
    'a primary that refuses our login is reachable',
    [follower('down'), { ...GONE, cause: 'auth-refused' as const }],
    'clear',
  ],
])('%s', (_sentence, nodes, want) => {
  expect(said(rule, scene({ nodes }))).toBe(want);
});

test('a replica that its primary lists but that we cannot reach is a warning, with the state that the primary saw', () => {
  const row = { address: { host: '10.0.0.2', port: 6379 }, state: 'online', offset: 5, ackSeconds: 0 };
  const nodes = [
    { name: PRIMARY, readings: [saw(replication, { role: 'master', connected_slaves: 1, replicas: [row] })] },
    { name: REPLICA, cause: 'unreachable', origin: { reportedBy: PRIMARY, as: 'replica' } },
  ] as const;
  expect(rule.assess('x', scene({ nodes }))).toMatchObject([
    {
      node: REPLICA,
      severity: 'warning',
      evidence: [
        { field: 'connection' },
        { field: 'slaveN.state', value: 'online' },
        { field: 'announced address', expected: expect.stringContaining('replica-announce-ip') },
      ],
    },
  ]);
});

test('a replica that takes connections and does not answer is ill, whatever the way from here', () => {
  const nodes = [
    { name: PRIMARY, readings: [] },
    { name: REPLICA, cause: 'hung', origin: { reportedBy: PRIMARY, as: 'replica' } },
  ] as const;
  expect(said(rule, scene({ nodes }))).toBe('high');
});

test.each(['unreachable', 'hung'] as const)('a Sentinel that another one names is one of several: %s', (cause) => {
  const sentinels = [
    { name: '10.0.1.1:26379', readings: [] },
    { name: '10.0.1.2:26379', cause, origin: { reportedBy: '10.0.1.1:26379', as: 'sentinel' as const } },
  ];
  const [found] = rule.assess('x', scene({ nodes: [{ readings: [] }], sentinels }));
  expect(found).toMatchObject({
    severity: 'warning',
    headline: expect.stringMatching(/^The Sentinel 10\.0\.1\.2:26379, which 10/),
  });
});

describe('in a cluster', () => {
  const elsewhere = (port: number) => ({
    announced: { address: { host: '172.18.0.2', port }, detail: 'no connection within 1.5 s' },
  });

  test.each<[string, Members, string]>([
    ['a replica that its peers hear', { d: { dead: true } }, 'warning'],
    ['a primary whose replica has no link', { a: { dead: true } }, 'high'],
    ['a node that announces what leads nowhere, and was read all the same', { a: elsewhere(6379) }, 'warning'],
    ['three of them are one fault', { a: elsewhere(6379), b: elsewhere(6380), d: { dead: true } }, 'warning'],
    [
      'a dead one is told beside them',
      { a: elsewhere(1), b: elsewhere(2), d: { dead: true, flags: 'fail' } },
      'warning warning',
    ],
  ])('%s', (_sentence, members, want) => {
    expect(said(rule, clusterScene(members))).toBe(want);
  });

  test('the addresses and the settings that announce them are named', () => {
    const [found] = rule.assess('x', clusterScene({ a: elsewhere(6379), d: { dead: true } }));
    expect(found).toMatchObject({
      node: 'prod',
      headline: '2 nodes of the cluster announce addresses that cannot be reached from here',
      evidence: [
        {
          field: 'announced address 172.18.0.2:6379',
          value: 'no connection within 1.5 s',
          expected: expect.stringMatching(
            /cluster-announce-ip, cluster-announce-port and cluster-announce-hostname, or addresses/,
          ),
        },
        { field: 'announced address 10.0.0.4:6379', value: 'unreachable' },
      ],
    });
  });
});

test.each([
  ['down', -1, ''],
  ['down', 3, ', and its replica has lost it too'],
  ['up', -1, ''],
])('what the replica says of a primary that is gone: %s for %i s', (link, master_link_down_since_seconds, more) => {
  const now = { role: 'slave', master_link_status: link, master_link_down_since_seconds, replicas: [] };
  const nodes = [{ ...follower(undefined), readings: [saw(replication, now)] }, GONE];
  expect(rule.assess('x', scene({ nodes }))).toMatchObject([
    { headline: `The primary ${PRIMARY}, which ${REPLICA} follows, cannot be reached from here${more}` },
  ]);
});

describe('where Sentinels watch', () => {
  const down = { master: { flags: ['s_down', 'master', 'disconnected'] } };
  const dead = {
    name: PRIMARY,
    cause: 'unreachable',
    origin: { reportedBy: '10.0.1.1:26379', as: 'primary' },
  } as const;

  test.each([
    ['most of them count the primary as down', three(down, down), 'critical'],
    ['one of them does, and may be cut off itself', three(down), 'warning'],
    ['none of them does: only the way from here is blocked', three(), 'warning'],
  ])('%s', (_sentence, sentinels, want) => {
    const snapshot = scene({ target: SENTINEL_TARGET, nodes: [dead], sentinels });
    expect(said(rule, snapshot)).toBe(want);
  });
});
