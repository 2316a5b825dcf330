import { expect, test } from 'vitest';
import commandStats from '../../src/probes/command-stats.ts';
import { fromInfo, VERSIONS } from '../support/captured.ts';

test.for(VERSIONS)('%s counts calls by command', (version) => {
  const { commands } = fromInfo(commandStats, version);
  expect(commands.get('set')).toMatchObject({ calls: 2500, rejected: 0, failed: 0 });
  expect(commands.get('keys')?.calls).toBe(1);
  expect(commands.get('flushall')).toBeUndefined();
});

test.for(VERSIONS)('%s counts a write that was refused for want of memory as rejected, not as a call', (version) => {
  const { commands } = fromInfo(commandStats, version, 'full-noeviction-store');
  const rejected = [...commands.values()].reduce((sum, counters) => sum + counters.rejected, 0);
  expect(rejected).toBeGreaterThan(0);
});

test('subcommands have counters of their own from 7.0 on', () => {
  expect(fromInfo(commandStats, 'redis-7.0.15', 'full-noeviction-store').commands.has('config|get')).toBe(true);
  expect(fromInfo(commandStats, 'redis-6.2.16', 'full-noeviction-store').commands.has('config')).toBe(true);
});
