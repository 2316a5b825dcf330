import { expect, test } from 'vitest';
import persistence from '../../../src/probes/persistence.ts';
import persistenceConfig from '../../../src/probes/persistence-config.ts';
import rule from '../../../src/rules/replication/replica-disk-error-panic-risk.ts';
import { said, saw, scene } from '../../support/scene.ts';

const SAVE_FAILS = { rdb_last_bgsave_status: 'err', aof_enabled: 0, aof_last_write_status: 'ok' };
const AOF_FAILS = { rdb_last_bgsave_status: 'ok', aof_enabled: 1, aof_last_write_status: 'err' };
const DEFAULTS = { save: '3600 1', stop_writes_on_bgsave_error: 'yes', replica_ignore_disk_write_errors: 'no' };

test.each([
  ['a save that failed, with save points', 'replica', SAVE_FAILS, DEFAULTS, 'critical'],
  ['an append-only file that cannot be written', 'replica', AOF_FAILS, { ...DEFAULTS, save: '' }, 'critical'],
  ['a save that failed, without save points', 'replica', SAVE_FAILS, { ...DEFAULTS, save: '' }, 'clear'],
  ['a save that failed, but may', 'replica', SAVE_FAILS, { ...DEFAULTS, stop_writes_on_bgsave_error: 'no' }, 'clear'],
  ['an error of an append-only file that is off', 'replica', { ...AOF_FAILS, aof_enabled: 0 }, DEFAULTS, 'clear'],
  ['a replica told to go on', 'replica', AOF_FAILS, { ...DEFAULTS, replica_ignore_disk_write_errors: 'yes' }, 'clear'],
  [
    '6.2, which has no such parameter and survives',
    'replica',
    SAVE_FAILS,
    { ...DEFAULTS, replica_ignore_disk_write_errors: undefined },
    'clear',
  ],
  ['a primary, which refuses writes instead', 'primary', SAVE_FAILS, DEFAULTS, 'clear'],
  ['a disk that works', 'replica', { ...SAVE_FAILS, rdb_last_bgsave_status: 'ok' }, DEFAULTS, 'clear'],
] as const)('%s', (_sentence, role, sample, config, want) => {
  const readings = [saw(persistence, sample), saw(persistenceConfig, config)];
  expect(said(rule, scene({ nodes: [{ role, readings }] }))).toBe(want);
});
