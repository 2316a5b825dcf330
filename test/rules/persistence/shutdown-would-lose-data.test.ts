import { expect, test } from 'vitest';
import type { Purpose } from '../../../src/domain/target.ts';
import persistence from '../../../src/probes/persistence.ts';
import persistenceConfig from '../../../src/probes/persistence-config.ts';
import rule from '../../../src/rules/persistence/shutdown-would-lose-data.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  changes?: number;
  save?: string;
  aof?: number;
  rdb?: string;
  aofWrite?: string;
  purpose?: Purpose;
  role?: 'primary' | 'replica';
  replicas?: number;
}

function answer(row: Row): string {
  const {
    changes = 5,
    save = '3600 1',
    aof = 0,
    rdb = 'ok',
    aofWrite = 'ok',
    purpose,
    role = 'primary',
    replicas = 0,
  } = row;
  const readings = [
    saw(persistence, {
      rdb_changes_since_last_save: changes,
      aof_enabled: aof,
      rdb_last_bgsave_status: rdb,
      aof_last_write_status: aofWrite,
    }),
    saw(persistenceConfig, { save }),
  ];
  const identity = { replicas: Array.from({ length: replicas }, (_none, at) => ({ host: 'r', port: at + 1 })) };
  return said(rule, scene({ target: purpose ? { purpose } : {}, nodes: [{ role, identity, readings }] }));
}

test.each<[string, Row, string]>([
  ['save points that work', {}, 'clear'],
  ['an append-only file that works', { save: '', aof: 1, purpose: 'store' }, 'clear'],
  ['an append-only file that works, though a snapshot failed', { aof: 1, rdb: 'err', purpose: 'store' }, 'clear'],
  ['snapshots that fail', { rdb: 'err' }, 'high'],
  ['an append-only file that cannot be written', { aof: 1, aofWrite: 'err' }, 'high'],
  ['nothing that saves a store', { save: '', purpose: 'store' }, 'high'],
  ['nothing that saves a store, but a replica', { save: '', purpose: 'store', replicas: 1 }, 'info'],
  ['nothing that saves a cache', { save: '', purpose: 'cache' }, 'info'],
  ['nothing that saves, of unknown purpose', { save: '' }, 'info'],
  ['nothing to lose', { save: '', purpose: 'store', changes: 0 }, 'clear'],
  ['a replica', { save: '', purpose: 'store', role: 'replica' }, 'clear'],
])('%s', (_sentence, row, want) => {
  expect(answer(row)).toBe(want);
});
