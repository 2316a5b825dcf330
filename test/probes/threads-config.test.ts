import { expect, test } from 'vitest';
import threadsConfig from '../../src/probes/threads-config.ts';
import { fromConfig, VERSIONS } from '../support/captured.ts';

test.for(VERSIONS)('%s runs one thread unless told otherwise', (version) => {
  expect(fromConfig(threadsConfig, version).io_threads).toBe(1);
});
