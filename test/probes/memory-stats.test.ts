import { expect, test } from 'vitest';
import memoryStats from '../../src/probes/memory-stats.ts';
import { identityOf, replies, VERSIONS } from '../support/captured.ts';

function read(version: (typeof VERSIONS)[number]) {
  return memoryStats.read(replies(version, 'memory-stats-of-a-primary'), identityOf(version));
}

/** `overhead.total` as the captured replies have it. */
const OVERHEAD = {
  'redis-6.2.16': 2_054_120,
  'redis-7.0.15': 1_645_820,
  'redis-7.4.1': 1_714_676,
  'redis-8.0.6': 1_480_324,
  'valkey-8.1.1': 1_574_740,
  'valkey-9.1.2': 1_610_052,
};

test.for(VERSIONS)('%s: start, tables and parts are all of the overhead', (version) => {
  const { startup, tables, parts } = read(version);
  expect(startup + tables + parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(OVERHEAD[version]);
});

test.for(VERSIONS)('%s tells keys, their data and the largest part', (version) => {
  const { keys, dataset, tables, parts } = read(version);
  expect(keys).toBe(2506);
  expect(dataset).toBeGreaterThan(500_000);
  expect(tables).toBeGreaterThan(80_000);
  expect(parts[0]?.name).toBe('replication.backlog');
});

test('a reply without the figures is not read as zero', () => {
  expect(() => memoryStats.read([['peak.allocated', 1]], identityOf('redis-7.0.15'))).toThrow('has no keys.count');
});
