import { expect, test } from 'vitest';
import persistenceConfig from '../../src/probes/persistence-config.ts';
import { fromConfig, VERSIONS } from '../support/captured.ts';

test.for(VERSIONS)('%s tells when it saves and what it does when it cannot', (version) => {
  expect(fromConfig(persistenceConfig, version)).toMatchObject({
    save: '3600 1 300 100 60 10000',
    appendonly: 'yes',
    appendfsync: 'everysec',
    stop_writes_on_bgsave_error: 'yes',
    aof_use_rdb_preamble: 'yes',
    auto_aof_rewrite_percentage: 100,
    auto_aof_rewrite_min_size: 67_108_864,
  });
});

test('replica-ignore-disk-write-errors came with 7.0', () => {
  expect(fromConfig(persistenceConfig, 'redis-6.2.16').replica_ignore_disk_write_errors).toBeUndefined();
  expect(fromConfig(persistenceConfig, 'redis-7.0.15').replica_ignore_disk_write_errors).toBe('no');
});
