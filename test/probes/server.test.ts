import { expect, test } from 'vitest';
import server from '../../src/probes/server.ts';
import { fromInfo, VERSIONS } from '../support/captured.ts';

test.for(VERSIONS)('%s says which process it is and since when', (version) => {
  const reading = fromInfo(server, version);
  expect(reading.run_id).toMatch(/^[0-9a-f]{40}$/);
  expect(reading.uptime_in_seconds).toBeGreaterThan(0);
  expect(reading.config_file).toBe('');
});
