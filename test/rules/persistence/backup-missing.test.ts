import { expect, test } from 'vitest';
import { NO_BACKUPS } from '../../../src/domain/backup.ts';
import type { Target } from '../../../src/domain/target.ts';
import backups from '../../../src/probes/backups.ts';
import keyspace from '../../../src/probes/keyspace.ts';
import rule from '../../../src/rules/persistence/backup-missing.ts';
import { BROKEN, backupOf, kept } from '../../support/backup.ts';
import { said, saw, scene } from '../../support/scene.ts';

const DAY: Partial<Target> = { objectives: { backupAgeSeconds: 86_400 } };
const DAILY: Partial<Target> = { backup: { schedule: { kind: 'every', seconds: 3600 }, keep: {} } };
const NONE = kept();

test.each([
  ['nothing is expected', {}, NONE, 5, 'clear'],
  ['an objective, and no backup', DAY, NONE, 5, 'warning'],
  ['a schedule, and no backup', DAILY, NONE, 5, 'warning'],
  ['an objective, and no place for backups', DAY, NO_BACKUPS, 5, 'warning'],
  ['an objective, and a backup however old', DAY, kept(backupOf({}, 1000)), 5, 'clear'],
  ['an objective, and a broken backup alone', DAY, kept(backupOf({ verification: BROKEN })), 5, 'warning'],
  ['a server without keys', DAY, NONE, 0, 'clear'],
  ['the place cannot be listed', DAY, 'the backups cannot be listed: EACCES', 5, 'unassessed'],
])('%s: %s', (_sentence, target, reading, keys, want) => {
  const readings = [saw(backups, reading), saw(keyspace, { keys })];
  expect(said(rule, scene({ target, nodes: [{ name: '10.0.0.1:6379', readings }] }))).toBe(want);
});

test('a service that keeps backups of its own is left alone', () => {
  const provider = { id: 'elasticache' as const, by: 'its name' };
  const readings = [saw(backups, NONE), saw(keyspace, { keys: 5 })];
  expect(said(rule, scene({ target: DAY, nodes: [{ readings, identity: { provider } }] }))).toBe('clear');
});

test('each group of a cluster needs one of its own', () => {
  const readings = [saw(backups, kept(backupOf())), saw(keyspace, { keys: 5 })];
  const nodes = ['10.0.0.1:6379', '10.0.0.2:6379'].map((name) => ({ name, readings }));
  const [assessment] = rule.assess('backup-missing', scene({ target: DAY, nodes }));
  expect(assessment).toMatchObject({ kind: 'found', node: '10.0.0.2:6379' });
});
