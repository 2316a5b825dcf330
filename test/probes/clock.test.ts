import { expect, test } from 'vitest';
import clock from '../../src/probes/clock.ts';
import { identityOf } from '../support/captured.ts';

test('seconds and microseconds make one moment', () => {
  expect(clock.read([['1795396038', '250000']], identityOf('redis-7.0.15')).epochSeconds).toBe(1_795_396_038.25);
});
