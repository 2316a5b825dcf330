import { expect, test } from 'vitest';
import persistence from '../../src/probes/persistence.ts';
import { fromInfo, VERSIONS } from '../support/captured.ts';

test.for(VERSIONS)('%s reports its snapshots and its append-only file', (version) => {
  const reading = fromInfo(persistence, version);
  expect(reading).toMatchObject({
    loading: 0,
    rdb_last_bgsave_status: 'ok',
    aof_enabled: 1,
    aof_last_write_status: 'ok',
    failed_writes: 0,
  });
  expect(reading.rdb_last_save_time).toBeGreaterThan(1_700_000_000);
});

test('rdb_saves came with 7.0', () => {
  expect(fromInfo(persistence, 'redis-6.2.16').rdb_saves).toBeUndefined();
  expect(fromInfo(persistence, 'redis-7.0.15').rdb_saves).toBe(1);
});

test.for(VERSIONS)('%s tells how far a snapshot has come and when a rewrite is due', (version) => {
  expect(fromInfo(persistence, version)).toMatchObject({
    current_save_keys_processed: 0,
    aof_rewrite_scheduled: 0,
    aof_pending_bio_fsync: 0,
    aof_rewrites_consecutive_failures: version === 'redis-6.2.16' ? undefined : 0,
  });
});
