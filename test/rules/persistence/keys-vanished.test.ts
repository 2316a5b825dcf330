import { expect, test } from 'vitest';
import type { KeptBackups } from '../../../src/domain/backup.ts';
import backups from '../../../src/probes/backups.ts';
import keyspace from '../../../src/probes/keyspace.ts';
import rule from '../../../src/rules/persistence/keys-vanished.ts';
import { BROKEN, backupOf, kept } from '../../support/backup.ts';
import { clusterScene } from '../../support/cluster-scene.ts';
import { said, saw, scene } from '../../support/scene.ts';

const OF_1000 = kept(backupOf());
const FEW = kept(backupOf({ databases: [{ database: 0, keys: 19, expiring: 0 }] }));
const SAFETY = kept(backupOf({ reason: { kind: 'safety-copy', run: 'run_1' } }));

test.each<[string, 'store' | 'cache' | undefined, KeptBackups, number, string]>([
  ['half of the keys', 'store', OF_1000, 500, 'clear'],
  ['less than half', 'store', OF_1000, 499, 'warning'],
  ['a twentieth', 'store', OF_1000, 50, 'warning'],
  ['less than that', 'store', OF_1000, 49, 'high'],
  ['none', 'store', OF_1000, 0, 'high'],
  ['none, of very few', 'store', FEW, 0, 'clear'],
  ['none, of a cache', 'cache', OF_1000, 0, 'clear'],
  ['none, where nobody said what it is for', undefined, OF_1000, 0, 'clear'],
  ['none, and no backup', 'store', kept(), 0, 'clear'],
  ['none, and a broken backup', 'store', kept(backupOf({ verification: BROKEN })), 0, 'clear'],
  ['none, and a safety copy alone', 'store', SAFETY, 0, 'clear'],
])('%s left, for a %s', (_sentence, purpose, reading, keys, want) => {
  const readings = [saw(backups, reading), saw(keyspace, { keys })];
  expect(said(rule, scene({ target: purpose ? { purpose } : {}, nodes: [{ readings }] }))).toBe(want);
});

test.each([
  ['went away with their slots', '0:100;6000:900', 100, 'clear'],
  ['are gone from the slots that stayed', '0:900;6000:100', 100, 'warning'],
  ['were not counted by slots', undefined, 100, 'warning'],
])('in a cluster, where most keys %s', (_sentence, slots, keys, want) => {
  const readings = [saw(backups, kept(backupOf(slots === undefined ? {} : { slots }))), saw(keyspace, { keys })];
  expect(said(rule, clusterScene({ a: { readings } }, { target: { purpose: 'store' } }))).toBe(want);
});
