import { expect, test } from 'vitest';
import aclLog from '../../../src/probes/acl-log.ts';
import commandStats from '../../../src/probes/command-stats.ts';
import errorStats from '../../../src/probes/error-stats.ts';
import replicationConfig from '../../../src/probes/replication-config.ts';
import server from '../../../src/probes/server.ts';
import rule from '../../../src/rules/sentinel/sentinel-auth-or-config-broken.ts';
import { type ReadSketch, said, saw, scene, type Told } from '../../support/scene.ts';
import { PRIMARY, peer, replicaEntry, SENTINEL_TARGET, sentinel, three } from '../../support/watched.ts';

/** The primary with these readings, beside a configuration file. */
function primary(...readings: readonly Told[]): ReadSketch[] {
  return [{ name: '10.0.0.1:6379', readings: [saw(server, { config_file: '/etc/redis.conf' }), ...readings] }];
}

function errors(grown: Record<string, number>): Told {
  return saw(errorStats, { counts: new Map(Object.entries(grown)) }, { counts: new Map() });
}

function rewrites(calls: number, failed: number, rejected = 0): Told {
  return saw(commandStats, { commands: new Map([['config|rewrite', { calls, usec: 1, failed, rejected }]]) });
}

function denied(more: object = {}): Told {
  const entry = {
    reason: 'command',
    count: 1,
    ageSeconds: 5,
    username: 'sentinel',
    command: 'slaveof',
    spanSeconds: undefined,
  };
  return saw(aclLog, [{ ...entry, clientName: 'sentinel-0a1b2c3d-cmd', ...more }]);
}

const DOWN = { master: { flags: ['s_down', 'master'] } };
const ALL_DOWN = three(DOWN, DOWN, DOWN);

test.each([
  ['all is well', primary(rewrites(2, 0)), three(), 'clear'],
  ['down for the Sentinels, but it answers us', primary(), ALL_DOWN, 'high'],
  ['down for two of them', primary(), three(DOWN, DOWN), 'clear'],
  [
    'it was not down a moment ago',
    primary(),
    [sentinel({ n: 1, ...DOWN, masterBefore: { flags: ['master'] } })],
    'clear',
  ],
  ['it was down a moment ago as well', primary(), [sentinel({ n: 1, ...DOWN, masterBefore: DOWN.master })], 'high'],
  ['its PING is answered with MISCONF, which is its own trouble', primary(errors({ MISCONF: 4 })), ALL_DOWN, 'clear'],
  ['CONFIG is renamed', primary(saw(replicationConfig, 'unknown command: config|get')), three(), 'high'],
  ['we may not ask for CONFIG', primary(saw(replicationConfig, 'NOPERM: config|get')), three(), 'clear'],
  [
    'CONFIG is renamed, and the Sentinels know how',
    primary(saw(replicationConfig, 'unknown command: config|get'), rewrites(1, 0)),
    three(),
    'clear',
  ],
  ['CONFIG REWRITE never worked', primary(rewrites(3, 3)), three(), 'high'],
  ['CONFIG REWRITE was never allowed', primary(rewrites(0, 0, 2)), three(), 'high'],
  ['CONFIG REWRITE worked once', primary(rewrites(3, 2)), three(), 'clear'],
  ['a Sentinel was denied a command', primary(denied()), three(), 'high'],
  ['long ago', primary(denied({ ageSeconds: 601 })), three(), 'clear'],
  ['somebody else was', primary(denied({ clientName: 'app' })), three(), 'clear'],
  ['no configuration file', [{ name: '10.0.0.1:6379', readings: [saw(server, { config_file: '' })] }], three(), 'info'],
])('%s: %s', (_what, nodes, sentinels, want) => {
  expect(said(rule, scene({ target: SENTINEL_TARGET, nodes, sentinels }))).toBe(want);
});

test('a replica that only the Sentinels cannot read', () => {
  const nodes: ReadSketch[] = [
    {
      name: '10.0.0.2:6379',
      role: 'replica',
      readings: [saw(server, { config_file: 'f' })],
      identity: { primary: PRIMARY },
    },
  ];
  const down = { replicas: [replicaEntry({ flags: ['s_down', 'slave'] })] };
  expect(said(rule, scene({ target: SENTINEL_TARGET, nodes, sentinels: three(down, down, down) }))).toBe('high');
});

test('a Sentinel that only the other Sentinels cannot read', () => {
  const down = { flags: ['s_down', 'sentinel', 'disconnected'] };
  const sentinels = three({ peers: [peer(2), peer(3, down)] }, { peers: [peer(1), peer(3, down)] });
  expect(rule.assess('x', scene({ target: SENTINEL_TARGET, nodes: primary(), sentinels }))).toMatchObject([
    { node: '10.0.1.3:26379', severity: 'high' },
  ]);
});

test('why they are refused is told, and all that is wrong with one server is one finding', () => {
  const nodes = primary(errors({ NOAUTH: 12 }), rewrites(0, 0, 1));
  expect(rule.assess('x', scene({ target: SENTINEL_TARGET, nodes, sentinels: ALL_DOWN }))).toMatchObject([
    {
      node: '10.0.0.1:6379',
      headline: 'The Sentinels count this server as down, but it answers us: it refuses them (NOAUTH)',
      evidence: [{ value: 's_down,master' }, { field: 'errorstat_NOAUTH' }, { field: 'cmdstat_config|rewrite' }],
    },
  ]);
});

test('a target without Sentinels', () => {
  expect(said(rule, scene({ nodes: primary(saw(replicationConfig, 'unknown command: config|get')) }))).toBe('clear');
});
