import { expect, test } from 'vitest';
import { AWESOME, type History, MIXIN } from '../../../bench/peers/alerts.ts';
import { parseMetrics } from '../../../bench/peers/metrics.ts';
import { loadShelves } from '../../../src/io/shelves.ts';

/** One server, scrape by scrape. */
const server = (...scrapes: readonly string[]): History => scrapes.map((text) => parseMetrics(text));
const firing = (...servers: readonly History[]) => AWESOME.filter((one) => one.fires(servers)).map(({ name }) => name);

const PRIMARY = 'redis_up 1\nredis_connected_clients 9\nredis_instance_info{role="master"} 1\n';
const WELL = `${PRIMARY}redis_connected_slaves 0\nredis_memory_used_bytes 100\nredis_memory_max_bytes 0\n`;

test('as many as were published', () => {
  expect([MIXIN.length, AWESOME.length]).toEqual([6, 16]);
});

test('what they are signs of are rules of ours', async () => {
  const { rules } = await loadShelves();
  const ids = [...MIXIN, ...AWESOME].flatMap(({ sees, names }) => [...sees, ...names]);
  expect(ids.filter((id) => !rules.has(id))).toEqual([]);
});

test('a server without a limit that is well sets nothing off', () => {
  expect(firing(server(WELL, WELL))).toEqual([]);
});

test.each([
  [89, []],
  [91, ['maxmemory > 90 %']],
])('%i %% of maxmemory', (used, expected) => {
  const text = `${PRIMARY}redis_memory_used_bytes ${used}\nredis_memory_max_bytes 100\n`;
  expect(firing(server(text))).toEqual(expected);
});

test('a server that is down is no master', () => {
  expect(firing(server('redis_up 0\n'))).toEqual(['server down', 'no master']);
});

test('two masters', () => {
  expect(firing(server(PRIMARY), server(PRIMARY))).toEqual(['more than one master']);
});

test('a replica counts as lost when there were more, not while it is being set up', () => {
  const [none, one] = [`${PRIMARY}redis_connected_slaves 0\n`, `${PRIMARY}redis_connected_slaves 1\n`];
  expect(firing(server(none, one))).toEqual([]);
  expect(firing(server(none, one, none))).toEqual(['replica lost']);
  expect(firing(server(one, none, one))).toEqual(['replica flapping']);
  expect(firing(server(one, none, one, none))).toEqual(['replica lost', 'replica flapping']);
});

test('more than five rejected connections, and not those of long ago', () => {
  const rejected = (count: number) => `${PRIMARY}redis_rejected_connections_total ${count}\n`;
  expect(firing(server(rejected(100), rejected(105)))).toEqual([]);
  expect(firing(server(rejected(100), rejected(106)))).toEqual(['connections rejected']);
});
