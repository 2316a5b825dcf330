import { expect, test } from 'vitest';
import { parseInfo } from '../../src/domain/info.ts';
import type { ServerIdentity } from '../../src/domain/server.ts';
import clusterSlotStats from '../../src/probes/cluster-slot-stats.ts';
import { identityOf, replies } from '../support/captured.ts';
import { plainTarget } from '../support/target.ts';

const server = { ...identityOf('redis-7.0.15'), mode: 'cluster', role: 'primary' } as const;

function asked(more: Partial<ServerIdentity>, keyspace = 'db0:keys=60,expires=0\r\ndb1:keys=40,expires=0'): unknown {
  const commands = clusterSlotStats.commands({ ...server, ...more }, parseInfo(keyspace), plainTarget());
  return typeof commands === 'string' ? 'cannot' : commands.map((command) => command.join(' ')).join();
}

const ALL = 'CLUSTER SLOT-STATS slotsrange 0 16383';

test.each<[string, Partial<ServerIdentity>, string]>([
  ['Redis 8.2', { version: '8.2.0' }, ALL],
  ['Redis 8.0', { version: '8.0.6' }, 'cannot'],
  ['Valkey 8.0', { engine: 'valkey', version: '8.0.1' }, ALL],
  ['Valkey 7.2', { engine: 'valkey', version: '7.2.7' }, 'cannot'],
  ['a replica, which counts nothing of its own', { version: '8.2.0', role: 'replica' }, ''],
  ['a node that loads its data', { version: '8.2.0', loading: true }, ''],
  ['a server that is in no cluster, of any version', { mode: 'standalone' }, ''],
])('%s', (_sentence, more, want) => {
  expect(asked(more)).toBe(want);
});

test('a primary with few keys is not asked', () => {
  expect(asked({ version: '8.2.0' }, 'db0:keys=99,expires=0')).toBe('');
});

test('Valkey 9.1 counts keys, and processor time and traffic where that is switched on', () => {
  const { slots } = clusterSlotStats.read(replies('valkey-9.1.2', 'cluster-slot-stats-with-cpu'), server);
  expect(slots?.[0]).toEqual({ slot: 0, keys: 7, cpuMicroseconds: 0, bytesIn: 0, bytesOut: 0 });
  const plain = clusterSlotStats.read([[[5, ['key-count', 3]]]], server);
  expect(plain).toEqual({ slots: [{ slot: 5, keys: 3 }] });
  expect(clusterSlotStats.read([], server)).toEqual({});
});
