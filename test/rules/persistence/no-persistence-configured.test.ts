import { expect, test } from 'vitest';
import persistence from '../../../src/probes/persistence.ts';
import persistenceConfig from '../../../src/probes/persistence-config.ts';
import rule from '../../../src/rules/persistence/no-persistence-configured.ts';
import { type ReadSketch, said, saw, scene } from '../../support/scene.ts';

function disk(save: string, aof_enabled = 0) {
  return [saw(persistence, { aof_enabled }), saw(persistenceConfig, { save })];
}

test.each([
  ['store', '', 0, 'high'],
  ['queue', '', 0, 'high'],
  ['session', '', 0, 'high'],
  ['cache', '', 0, 'info'],
  [undefined, '', 0, 'info'],
  ['store', '3600 1', 0, 'clear'],
  ['store', '', 1, 'clear'],
  [undefined, '3600 1 300 100 60 10000', 0, 'clear'],
] as const)('a %s with save "%s" and aof_enabled %i: %s', (purpose, save, aof, want) => {
  expect(said(rule, scene({ target: purpose ? { purpose } : {}, nodes: [{ readings: disk(save, aof) }] }))).toBe(want);
});

const PRIMARY: ReadSketch = {
  name: '10.0.0.1:6379',
  readings: disk(''),
  identity: { replicas: [{ host: '10.0.0.2', port: 6379 }] },
};
const REPLICA: ReadSketch = {
  name: '10.0.0.2:6379',
  role: 'replica',
  readings: disk(''),
  identity: { primary: { host: '10.0.0.1', port: 6379 } },
};

test.each([
  ['a replica that persists nothing either', { ...REPLICA }, 'high clear'],
  ['a replica with snapshots covers the loss, not the danger', { ...REPLICA, readings: disk('60 1') }, 'info clear'],
  ['a replica with an append-only file', { ...REPLICA, readings: disk('', 1) }, 'info clear'],
  ['a replica that could not be read', { name: '10.0.0.2:6379', cause: 'auth-refused' as const }, 'info'],
  [
    'a replica whose CONFIG could not be read',
    { ...REPLICA, readings: [saw(persistence, { aof_enabled: 0 })] },
    'info clear',
  ],
])('a store whose primary persists nothing and has %s', (_sentence, replica, want) => {
  expect(said(rule, scene({ target: { purpose: 'store' }, nodes: [PRIMARY, replica] }))).toBe(want);
});
