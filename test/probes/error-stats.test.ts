import { expect, test } from 'vitest';
import errorStats from '../../src/probes/error-stats.ts';
import { fromInfo, VERSIONS } from '../support/captured.ts';

test.for(VERSIONS)('%s counts error replies by their first word', (version) => {
  const { counts } = fromInfo(errorStats, version, 'full-noeviction-store');
  // An OOM inside EVAL is an ERR on 6.2 and an OOM from 7.0 on.
  expect(counts.get('OOM')).toBe(version === 'redis-6.2.16' ? 1 : 2);
  expect(counts.get('NOPERM')).toBe(2);
  expect(counts.get('MISCONF')).toBeUndefined();
});
