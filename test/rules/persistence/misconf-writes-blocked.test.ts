import { expect, test } from 'vitest';
import errorStats from '../../../src/probes/error-stats.ts';
import persistence from '../../../src/probes/persistence.ts';
import persistenceConfig from '../../../src/probes/persistence-config.ts';
import rule from '../../../src/rules/persistence/misconf-writes-blocked.ts';
import { said, saw, scene } from '../../support/scene.ts';

const FAILED = { rdb_last_bgsave_status: 'err', aof_enabled: 0, aof_last_write_status: 'ok' };
const WELL = { ...FAILED, rdb_last_bgsave_status: 'ok' };
const STOP = { save: '3600 1', stop_writes_on_bgsave_error: 'yes' };

test.each([
  ['a failed save with save points stops writes', 'primary', FAILED, STOP, 0, 'critical'],
  ['without save points it does not', 'primary', FAILED, { ...STOP, save: '' }, 0, 'clear'],
  ['nor when writes go on', 'primary', FAILED, { ...STOP, stop_writes_on_bgsave_error: 'no' }, 0, 'clear'],
  [
    'an append-only file that cannot be written stops writes',
    'primary',
    { ...WELL, aof_enabled: 1, aof_last_write_status: 'err' },
    STOP,
    0,
    'critical',
  ],
  ['not when it is off', 'primary', { ...WELL, aof_last_write_status: 'err' }, STOP, 0, 'clear'],
  ['MISCONF replies in between are proof', 'primary', WELL, STOP, 3, 'critical'],
  ['MISCONF replies are proof without CONFIG too', 'primary', FAILED, 'NOPERM', 3, 'critical'],
  ['without CONFIG a failed save says nothing about writes', 'primary', FAILED, 'NOPERM', 0, 'unassessed'],
  ['without CONFIG a good save is clear', 'primary', WELL, 'NOPERM', 0, 'clear'],
  ['a replica refuses writes anyway', 'replica', FAILED, STOP, 3, 'clear'],
] as const)('%s', (_sentence, role, sample, config, refused, want) => {
  const readings = [
    saw(persistence, sample),
    saw(persistenceConfig, config),
    saw(errorStats, { counts: new Map([['MISCONF', 6 + refused]]) }, { counts: new Map([['MISCONF', 6]]) }),
  ];
  expect(said(rule, scene({ nodes: [{ role, readings }] }))).toBe(want);
});
