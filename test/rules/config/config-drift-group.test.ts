import { expect, test } from 'vitest';
import memory from '../../../src/probes/memory.ts';
import memoryConfig from '../../../src/probes/memory-config.ts';
import persistenceConfig from '../../../src/probes/persistence-config.ts';
import replicationConfig from '../../../src/probes/replication-config.ts';
import tuningConfig from '../../../src/probes/tuning-config.ts';
import rule from '../../../src/rules/config/config-drift-group.ts';
import { said, saw, scene, type Told } from '../../support/scene.ts';

const MIB = 1024 * 1024;

interface Member {
  used?: number;
  maxmemory?: number;
  policy?: string;
  buffer?: string;
  backlog?: number;
  save?: string;
  aof?: string;
  timeout?: number | undefined;
}

function readings(member: Member): Told[] {
  const { used = 10 * MIB, maxmemory = 0, policy = 'noeviction', backlog = MIB, save = '', aof = 'no' } = member;
  const limits = `normal 0 0 0 slave ${member.buffer ?? '268435456 67108864 60'} pubsub 33554432 8388608 60`;
  return [
    saw(memory, { effective: used }),
    saw(memoryConfig, { maxmemory, maxmemory_policy: policy, client_output_buffer_limit: limits }),
    saw(persistenceConfig, { save, appendonly: aof }),
    saw(replicationConfig, { repl_backlog_size: backlog, repl_timeout: 60 }),
    saw(tuningConfig, { timeout: 'timeout' in member ? member.timeout : 0 }),
  ];
}

function pair(head: Member, replica: Member) {
  const primary = { host: '10.0.0.1', port: 6379 };
  return scene({
    nodes: [
      { name: '10.0.0.1:6379', readings: readings(head) },
      { name: '10.0.0.2:6379', role: 'replica', readings: readings(replica), identity: { primary } },
    ],
  });
}

test.each<[string, Member, Member, string]>([
  ['alike', {}, {}, 'clear clear'],
  ['another backlog', { backlog: 64 * MIB }, {}, 'clear info'],
  ['another replica buffer', { buffer: '1 1 1' }, {}, 'clear info'],
  ['another timeout', { timeout: 300 }, {}, 'clear info'],
  ['a setting that one version lacks', { timeout: undefined }, {}, 'clear clear'],
  ['saving on the replica only', {}, { save: '3600 1', aof: 'yes' }, 'clear clear'],
  ['saving on the primary only', { aof: 'yes' }, {}, 'clear info'],
  ['a limit that would hold what there is', { maxmemory: 2000 * MIB }, { maxmemory: 1000 * MIB }, 'clear info'],
  [
    'a limit that would be full at once',
    { used: 900 * MIB, maxmemory: 2000 * MIB },
    { used: 900 * MIB, maxmemory: 1000 * MIB },
    'clear warning',
  ],
  [
    'no limit on the primary, full at once',
    { used: 900 * MIB },
    { used: 900 * MIB, maxmemory: 1000 * MIB },
    'clear warning',
  ],
  [
    'over its limit already: told elsewhere',
    { used: 900 * MIB },
    { used: 900 * MIB, maxmemory: 800 * MIB },
    'clear info',
  ],
  ['a roomier replica', { used: 900 * MIB, maxmemory: 1000 * MIB }, { maxmemory: 2000 * MIB }, 'clear info'],
  [
    'it would delete what the primary keeps',
    { maxmemory: 1000 * MIB },
    { maxmemory: 1000 * MIB, policy: 'allkeys-lru' },
    'clear warning',
  ],
  ['a policy without a limit does nothing', {}, { policy: 'allkeys-lru' }, 'clear info'],
])('%s', (_what, head, replica, want) => {
  expect(said(rule, pair(head, replica))).toBe(want);
});

test('each difference with the value of the primary', () => {
  const [, found] = rule.assess('rule', pair({ backlog: 64 * MIB, timeout: 300 }, {}));
  expect(found).toMatchObject({
    headline: '10.0.0.2:6379 is set up otherwise than 10.0.0.1:6379: repl-backlog-size, timeout',
    evidence: [
      { field: 'repl-backlog-size', value: String(MIB), expected: `${64 * MIB}, as on 10.0.0.1:6379` },
      { field: 'timeout', value: '0', expected: '300, as on 10.0.0.1:6379' },
    ],
  });
});
