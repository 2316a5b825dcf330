import { expect, test } from 'vitest';
import type { Target } from '../../../src/domain/target.ts';
import backups from '../../../src/probes/backups.ts';
import rule from '../../../src/rules/persistence/backup-stale.ts';
import { BROKEN, backupOf, kept } from '../../support/backup.ts';
import { said, saw, scene } from '../../support/scene.ts';

const DAY: Partial<Target> = { objectives: { backupAgeSeconds: 86_400 } };
const SIX_HOURLY: Partial<Target> = { backup: { schedule: { kind: 'every', seconds: 6 * 3600 }, keep: {} } };

test.each([
  ['an objective of a day and a backup of 24 h', DAY, kept(backupOf({}, 24)), 'clear'],
  ['an objective of a day and a backup of 25 h', DAY, kept(backupOf({}, 25)), 'warning'],
  ['the newest counts', DAY, kept(backupOf({}, 90), backupOf({}, 2)), 'clear'],
  ['a broken one does not', DAY, kept(backupOf({}, 90), backupOf({ verification: BROKEN }, 2)), 'warning'],
  ['every 6 h, one was missed', SIX_HOURLY, kept(backupOf({}, 11)), 'clear'],
  ['every 6 h, two were missed', SIX_HOURLY, kept(backupOf({}, 13)), 'warning'],
  ['none at all is another finding', DAY, kept(), 'clear'],
  ['nothing is expected', {}, kept(backupOf({}, 9000)), 'clear'],
  ['the place cannot be listed', DAY, 'the backups cannot be listed: EACCES', 'unassessed'],
])('%s: %s', (_sentence, target, reading, want) => {
  expect(said(rule, scene({ target, nodes: [{ readings: [saw(backups, reading)] }] }))).toBe(want);
});
