import { expect, test } from 'vitest';
import observabilityConfig from '../../src/probes/observability-config.ts';
import { fromConfig, VERSIONS } from '../support/captured.ts';

test.for(VERSIONS)('%s tells what it logs as slow', (version) => {
  expect(fromConfig(observabilityConfig, version)).toEqual({
    slowlog_log_slower_than: 0,
    slowlog_max_len: 128,
    latency_monitor_threshold: 1,
  });
});
