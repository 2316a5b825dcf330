import { expect, test } from 'vitest';
import replication from '../../../src/probes/replication.ts';
import rule from '../../../src/rules/sentinel/sentinel-no-good-replica.ts';
import { said, saw, scene } from '../../support/scene.ts';
import { PRIMARY, replicaEntry, SENTINEL_TARGET, SERVERS, sentinel, three } from '../../support/watched.ts';

const GOOD = replicaEntry({ address: { host: '10.0.0.3', port: 6379 } });
const MASTER_DOWN = { flags: ['s_down', 'o_down', 'master', 'disconnected'], downMs: 20_000 };
const everywhere = (...replicas: readonly ReturnType<typeof replicaEntry>[]) =>
  three({ replicas }, { replicas }, { replicas });

test.each([
  ['it may take over', three(), 'clear'],
  ['another may', everywhere(replicaEntry({ priority: 0 }), GOOD), 'clear'],
  ['priority 0', everywhere(replicaEntry({ priority: 0 })), 'high'],
  ['down', everywhere(replicaEntry({ flags: ['s_down', 'slave', 'disconnected'], downMs: 12_000 })), 'high'],
  ['not connected', everywhere(replicaEntry({ flags: ['slave', 'disconnected'] })), 'high'],
  ['no answer to PING', everywhere(replicaEntry({ pingMs: 5001 })), 'high'],
  ['its INFO is old', everywhere(replicaEntry({ infoMs: 30_001 })), 'high'],
  [
    'its link is down while the primary lives',
    everywhere(replicaEntry({ linkStatus: 'err', linkDownMs: 2000 })),
    'high',
  ],
  ['no replica at all', everywhere(), 'high'],
  ['one of three Sentinels sees it so', three({ replicas: [replicaEntry({ priority: 0 })] }), 'warning'],
  [
    'two replicas, neither of which may',
    everywhere(replicaEntry({ priority: 0 }), { ...GOOD, pingMs: 60_000 }),
    'high',
  ],
])('%s: %s', (_what, sentinels, want) => {
  expect(said(rule, scene({ target: SENTINEL_TARGET, nodes: SERVERS, sentinels }))).toBe(want);
});

test.each([
  ['the links break with the primary', { linkStatus: 'err', linkDownMs: 20_000, infoMs: 900 }, 'clear'],
  ['INFO is read every second', { linkStatus: 'err', linkDownMs: 20_000, infoMs: 5001 }, 'high'],
  ['a link that was broken long before', { linkStatus: 'err', linkDownMs: 320_001, infoMs: 900 }, 'high'],
  ['a link that broke just in time', { linkStatus: 'err', linkDownMs: 320_000, infoMs: 900 }, 'clear'],
])('while the primary is down: %s', (_what, replica, want) => {
  const sentinels = [sentinel({ n: 1, master: MASTER_DOWN, replicas: [replicaEntry(replica)] })];
  expect(said(rule, scene({ target: SENTINEL_TARGET, nodes: SERVERS, sentinels }))).toBe(want);
});

test.each([
  [
    'a Sentinel that has just started is not connected yet',
    { info: { uptime_in_seconds: 2 } },
    { flags: ['slave', 'disconnected'] },
  ],
  [
    'neither is one that has just turned to this primary',
    { master: { roleReportedMs: 2000 } },
    { flags: ['slave', 'disconnected'] },
  ],
])('%s', (_what, more, replica) => {
  const snapshot = (entry: Parameters<typeof replicaEntry>[0]) =>
    scene({
      target: SENTINEL_TARGET,
      nodes: SERVERS,
      sentinels: [sentinel({ n: 1, ...more, replicas: [replicaEntry(entry)] })],
    });
  expect(said(rule, snapshot(replica))).toBe('info');
  // What lasts is told at once.
  expect(said(rule, snapshot({ priority: 0 }))).toBe('high');
});

test.each([
  ['after a failover the old primary is no replica yet', 3600, 'info'],
  ['a Sentinel that was started as long ago knows of no failover', 13, 'high'],
])('%s', (_what, uptime_in_seconds, want) => {
  const replicas = [replicaEntry({ linkStatus: 'err', linkDownMs: 0 })];
  const sentinels = [sentinel({ n: 1, master: { roleReportedMs: 12_000 }, info: { uptime_in_seconds }, replicas })];
  expect(said(rule, scene({ target: SENTINEL_TARGET, nodes: SERVERS, sentinels }))).toBe(want);
});

test('the primary of before becomes a replica soon, or not at all', () => {
  const demoted = (roleReportedMs: number) =>
    said(
      rule,
      scene({
        target: SENTINEL_TARGET,
        nodes: SERVERS,
        sentinels: everywhere(replicaEntry({ linkStatus: 'err', roleReported: 'master', roleReportedMs })),
      }),
    );
  expect([demoted(12_000), demoted(60_000)]).toEqual(['info', 'high']);
});

test('a replica in its first copy will be good soon', () => {
  const copying = { master_sync_in_progress: 1, master_sync_read_bytes: 1000 };
  const nodes = [
    SERVERS[0] ?? { readings: [] },
    {
      name: '10.0.0.2:6379',
      role: 'replica' as const,
      readings: [saw(replication, copying)],
      identity: { primary: PRIMARY },
    },
  ];
  const sentinels = everywhere(replicaEntry({ linkStatus: 'err', linkDownMs: 2000 }));
  const [found] = rule.assess('x', scene({ target: SENTINEL_TARGET, nodes, sentinels }));
  expect(found).toMatchObject({
    severity: 'info',
    headline: 'The only replica, 10.0.0.2:6379, could not take over: it is taking a full copy',
  });
});

test('one common reason is in the headline', () => {
  const replicas = [replicaEntry({ priority: 0 }), replicaEntry({ ...GOOD, priority: 0 })];
  const [found] = rule.assess(
    'x',
    scene({ target: SENTINEL_TARGET, nodes: SERVERS, sentinels: everywhere(...replicas) }),
  );
  expect(found).toMatchObject({
    headline: 'None of the 2 replicas could take over: its replica-priority is 0',
    evidence: [{ field: '10.0.0.2:6379' }, { field: '10.0.0.3:6379' }],
  });
});
