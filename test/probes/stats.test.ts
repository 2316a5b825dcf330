import { expect, test } from 'vitest';
import { growth, rate } from '../../src/domain/probe.ts';
import stats from '../../src/probes/stats.ts';
import { fromInfo, VERSIONS } from '../support/captured.ts';

test.for(VERSIONS)('%s: the growth of a counter between two moments is a rate', (version) => {
  const before = fromInfo(stats, version);
  const now = fromInfo(stats, version, 'primary-with-replica-later');
  const reading = { now, before, seconds: 2 };
  const grown = growth(reading, (sample) => sample.total_commands_processed) ?? 0;
  expect(grown).toBeGreaterThan(0);
  expect(rate(reading, (sample) => sample.total_commands_processed)).toBe(grown / 2);
});

test('counters that a version lacks are missing', () => {
  expect(fromInfo(stats, 'redis-7.0.15').acl_access_denied_cmd).toBeUndefined();
  expect(fromInfo(stats, 'redis-7.4.1').acl_access_denied_cmd).toBe(0);
  expect(fromInfo(stats, 'redis-7.0.15').client_output_buffer_limit_disconnections).toBeUndefined();
  expect(fromInfo(stats, 'valkey-8.1.1').client_output_buffer_limit_disconnections).toBe(0);
});
