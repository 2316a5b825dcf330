import { expect, test } from 'vitest';
import rule from '../../../src/rules/sentinel/sentinel-master-down.ts';
import { said, scene } from '../../support/scene.ts';
import { SENTINEL_TARGET, SERVERS, sentinel, three } from '../../support/watched.ts';

const DOWN = { master: { flags: ['s_down', 'master', 'disconnected'], downMs: 12_000 } };
const AGREED = { master: { flags: ['s_down', 'o_down', 'master'], downMs: 13_000, agreedDownMs: 12_000 } };
const BLOCKED = { master: { ...AGREED.master, agreedDownMs: 12_000, failoverTimeoutMs: 10_000 } };
const UNDER_WAY = { master: { ...BLOCKED.master, flags: [...BLOCKED.master.flags, 'failover_in_progress'] } };

test.each([
  ['up', three(), 'clear'],
  [
    'the link was just lost, which proves nothing yet',
    three({ master: { flags: ['master', 'disconnected'] } }),
    'clear',
  ],
  ['down for one of three, which is cut off itself', three(DOWN), 'warning'],
  ['down for two of three', three(DOWN, DOWN), 'critical'],
  ['down as agreed, told by one', three(AGREED), 'critical'],
  ['down for the only Sentinel', [sentinel({ n: 1, of: 1, ...DOWN })], 'critical'],
])('%s: %s', (_what, sentinels, want) => {
  expect(said(rule, scene({ target: SENTINEL_TARGET, nodes: SERVERS, sentinels }))).toBe(want);
});

test.each([
  [AGREED, 'All 3 Sentinels that answer count the primary as down for 13 s'],
  [
    BLOCKED,
    'All 3 Sentinels that answer count the primary as down for 13 s, longer than failover-timeout (10 s): the failover is blocked',
  ],
  [UNDER_WAY, 'All 3 Sentinels that answer count the primary as down for 13 s; a failover is under way'],
])('it says whether somebody takes over', (one, headline) => {
  const snapshot = scene({ target: SENTINEL_TARGET, nodes: SERVERS, sentinels: three(one, one, one) });
  expect(rule.assess('x', snapshot)).toMatchObject([{ node: '10.0.0.1:6379', headline }]);
});

test('a primary that we have not met is told by the address that the Sentinels have for it', () => {
  const elsewhere = { ...AGREED.master, address: { host: '172.17.0.2', port: 6379 } };
  const snapshot = scene({
    target: SENTINEL_TARGET,
    nodes: SERVERS,
    sentinels: [sentinel({ n: 1, master: elsewhere })],
  });
  expect(rule.assess('x', snapshot)).toMatchObject([{ node: '172.17.0.2:6379' }]);
});
