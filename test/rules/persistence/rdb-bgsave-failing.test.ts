import { expect, test } from 'vitest';
import hostLog from '../../../src/probes/host-log.ts';
import persistence from '../../../src/probes/persistence.ts';
import persistenceConfig from '../../../src/probes/persistence-config.ts';
import rule from '../../../src/rules/persistence/rdb-bgsave-failing.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each([
  ['err', 'store', 'critical'],
  ['err', undefined, 'critical'],
  ['err', 'cache', 'high'],
  ['ok', 'store', 'clear'],
] as const)('rdb_last_bgsave_status %s on a %s: %s', (rdb_last_bgsave_status, purpose, want) => {
  const readings = [
    saw(persistence, { rdb_last_bgsave_status, rdb_changes_since_last_save: 7, rdb_last_bgsave_time_sec: 0 }),
  ];
  expect(said(rule, scene({ target: purpose ? { purpose } : {}, nodes: [{ readings }] }))).toBe(want);
});

test.each([
  ['', 'high'],
  ['3600 1', 'critical'],
])('with save "%s", where only full syncs may have asked for it: %s', (save, want) => {
  const readings = [saw(persistence, { rdb_last_bgsave_status: 'err' }), saw(persistenceConfig, { save })];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});

test('where the log of the server can be read, it says why', () => {
  const readings = [
    saw(persistence, { rdb_last_bgsave_status: 'err' }),
    saw(hostLog, { writeFailed: 'Write error saving DB on disk: No space left on device' }),
  ];
  const [found] = rule.assess('x', scene({ nodes: [{ readings }] }));
  expect(found?.kind === 'found' && found.evidence.at(-1)).toMatchObject({
    field: 'server log',
    value: expect.stringContaining('No space left'),
  });
});
