import { expect, test } from 'vitest';
import { parseInfo } from '../../src/domain/info.ts';
import upkeepConfig from '../../src/probes/upkeep-config.ts';
import { identityOf } from '../support/captured.ts';
import { plainTarget } from '../support/target.ts';

test('all three at once, and what a version lacks is missing', () => {
  const server = identityOf('redis-7.0.15');
  expect(upkeepConfig.commands(server, parseInfo(''), plainTarget())).toEqual([
    ['CONFIG', 'GET', 'hz', 'dynamic-hz', 'active-expire-effort'],
  ]);
  expect(upkeepConfig.read([['hz', '10', 'dynamic-hz', 'yes']], server)).toEqual({
    hz: 10,
    dynamic_hz: 'yes',
    active_expire_effort: undefined,
  });
});
