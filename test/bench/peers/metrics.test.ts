import { expect, test } from 'vitest';
import { countWith, metricIn, parseMetrics } from '../../../bench/peers/metrics.ts';

const SCRAPE = parseMetrics(`# HELP redis_up Information about the Redis instance
# TYPE redis_up gauge
redis_up 1
redis_memory_used_bytes 1.390496e+06
redis_exporter_last_scrape_error{err=""} 0
redis_instance_info{maxmemory_policy="noeviction",os="Linux {6.1}",role="slave"} 1
redis_script_values{key="a \\"b\\" \\\\ c"} NaN
redis_limit_bytes{class="normal"} +Inf

no sample
`);

test('values are read with and without labels', () => {
  expect(metricIn(SCRAPE, 'redis_up')).toBe(1);
  expect(metricIn(SCRAPE, 'redis_memory_used_bytes')).toBe(1_390_496);
  expect(metricIn(SCRAPE, 'redis_exporter_last_scrape_error')).toBe(0);
  expect(metricIn(SCRAPE, 'redis_limit_bytes')).toBe(Number.POSITIVE_INFINITY);
});

test('what was not told is not zero', () => {
  expect(metricIn(SCRAPE, 'redis_connected_slaves')).toBeUndefined();
  expect(metricIn(undefined, 'redis_up')).toBeUndefined();
});

test('labels keep braces, quotes and backslashes', () => {
  expect(countWith(SCRAPE, 'redis_instance_info', 'role', 'slave')).toBe(1);
  expect(countWith(SCRAPE, 'redis_instance_info', 'os', 'Linux {6.1}')).toBe(1);
  expect(countWith(SCRAPE, 'redis_script_values', 'key', 'a "b" \\ c')).toBe(1);
  expect(countWith(SCRAPE, 'redis_instance_info', 'role', 'master')).toBe(0);
});

test('comments and what is no sample are passed over', () => {
  expect(SCRAPE.samples.map(({ name }) => name)).toEqual([
    'redis_up',
    'redis_memory_used_bytes',
    'redis_exporter_last_scrape_error',
    'redis_instance_info',
    'redis_script_values',
    'redis_limit_bytes',
  ]);
});
