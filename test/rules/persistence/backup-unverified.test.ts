import { expect, test } from 'vitest';
import type { Target } from '../../../src/domain/target.ts';
import backups from '../../../src/probes/backups.ts';
import rule from '../../../src/rules/persistence/backup-unverified.ts';
import { BROKEN, backupOf, kept, READ } from '../../support/backup.ts';
import { said, saw, scene } from '../../support/scene.ts';

const DAY: Partial<Target> = { objectives: { backupAgeSeconds: 86_400 } };
const NO_ENGINE = { none: 'no Valkey 9 is installed here' };
const UNCLEAR = { ...READ, verdict: 'unknown' as const };

test.each([
  ['loaded by a server', DAY, kept(backupOf()), 'clear'],
  ['read through, though a server is there', DAY, kept(backupOf({ verification: READ })), 'warning'],
  ['read through, and no server is there', DAY, kept(backupOf({ verification: READ, scratch: NO_ENGINE })), 'info'],
  [
    'not all could be read, and no server is there',
    DAY,
    kept(backupOf({ verification: UNCLEAR, scratch: NO_ENGINE })),
    'info',
  ],
  ['broken', DAY, kept(backupOf({ verification: BROKEN })), 'high'],
  ['broken, and an older one is good', DAY, kept(backupOf({ verification: BROKEN }, 1), backupOf({}, 2)), 'high'],
  ['none at all is another finding', DAY, kept(), 'clear'],
  ['nothing is expected', {}, kept(backupOf({ verification: BROKEN })), 'clear'],
])('%s: %s', (_sentence, target, reading, want) => {
  expect(said(rule, scene({ target, nodes: [{ readings: [saw(backups, reading)] }] }))).toBe(want);
});
