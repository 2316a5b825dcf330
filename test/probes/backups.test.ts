import { expect, test } from 'vitest';
import { readingOf, readNodes } from '../../src/domain/snapshot.ts';
import { withBackups } from '../../src/flow/backup/with-backups.ts';
import backups from '../../src/probes/backups.ts';
import { backupOf, kept } from '../support/backup.ts';
import { scene } from '../support/scene.ts';

const PROBES = new Map([['backups', backups]]);
const {
  nodes: [seen],
  target,
} = scene({ nodes: [{ readings: [] }] });
if (seen?.kind !== 'read') throw new Error('not read');

test('no server is asked', () => {
  expect(backups.commands({} as never, {} as never, {} as never)).toEqual([]);
  expect(backups.allows).toEqual([]);
});

test('what is kept is put beside what the servers told', async () => {
  const reading = kept(backupOf());
  const put = await withBackups({ of: async () => reading }, target.name, PROBES);
  const [node] = readNodes({ ...scene({ nodes: [] }), nodes: [put(seen)] });
  expect(node && readingOf(node, backups).now).toBe(reading);
});

test('without a place there is nothing, which is an answer', async () => {
  const node = (await withBackups(undefined, target.name, PROBES))(seen);
  expect(node.kind === 'read' && readingOf(node, backups).now).toMatchObject({ backups: [] });
});

test('a place that cannot be listed is not one without backups', async () => {
  const put = await withBackups({ of: async () => Promise.reject(new Error('EACCES')) }, target.name, PROBES);
  const node = put(seen);
  expect(() => node.kind === 'read' && readingOf(node, backups)).toThrow('the backups cannot be listed: EACCES');
});
