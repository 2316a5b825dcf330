import { expect, test } from 'vitest';
import durability from '../../src/figures/durability.ts';
import persistence from '../../src/probes/persistence.ts';
import persistenceConfig from '../../src/probes/persistence-config.ts';
import stats from '../../src/probes/stats.ts';
import { saw, scene } from '../support/scene.ts';

interface Row {
  aof?: boolean;
  fsync?: string;
  save?: string;
  /** Commands in the two seconds. */
  commands?: number;
  allowed?: number;
}

function told({ aof = false, fsync = 'everysec', save = '', commands = 0, allowed }: Row) {
  const readings = [
    saw(persistence, { aof_enabled: aof ? 1 : 0 }),
    saw(persistenceConfig, { save, appendonly: aof ? 'yes' : 'no', appendfsync: fsync }),
    saw(stats, { total_commands_processed: commands }, { total_commands_processed: 0 }),
  ];
  const objectives = allowed === undefined ? {} : { dataLossSeconds: allowed };
  const [said] = durability.tell(scene({ target: { objectives }, nodes: [{ readings }] }));
  return said;
}

test.each<[string, Row, RegExp, boolean | undefined]>([
  ['nothing on disk', { allowed: 60 }, /all data/, false],
  ['everysec', { aof: true, allowed: 2 }, /up to 2 s/, true],
  ['everysec where one second is too much', { aof: true, allowed: 1 }, /up to 2 s/, false],
  ['always', { aof: true, fsync: 'always', allowed: 0 }, /no acknowledged write/, true],
  ['no fsync of its own', { aof: true, fsync: 'no', allowed: 10 }, /about 30 s/, false],
  ['many writes reach the shortest save point', { save: '3600 1 60 100', commands: 1000 }, /up to 60 s/, undefined],
  ['few writes reach only the longest', { save: '3600 1 60 10000', commands: 2 }, /up to 60 min/, undefined],
])('%s', (_sentence, row, want, ok) => {
  const said = told(row);
  expect(said).toMatchObject({ said: expect.stringMatching(want) });
  expect(said && 'ok' in said ? said.ok : undefined).toBe(ok);
});

test('a replica is not what loses data', () => {
  const readings = [saw(persistence, { aof_enabled: 0 }), saw(persistenceConfig, { save: '' }), saw(stats, {})];
  expect(durability.tell(scene({ nodes: [{ role: 'replica', readings }] }))).toEqual([]);
});
