import { expect, test } from 'vitest';
import clock from '../../../src/probes/clock.ts';
import persistence from '../../../src/probes/persistence.ts';
import persistenceConfig from '../../../src/probes/persistence-config.ts';
import rule from '../../../src/rules/persistence/rdb-stale-save.ts';
import { said, saw, scene } from '../../support/scene.ts';

const NOW = 1_800_000_000;
const DEFAULTS = '3600 1 300 100 60 10000';

interface Row {
  age: number;
  changes?: number;
  save?: string;
  aof?: number;
  /** Accepted loss, seconds. */
  loss?: number;
  role?: 'primary' | 'replica';
  /** -1: no save since the start. */
  took?: number;
}

function node({ age, changes = 5, save = DEFAULTS, aof = 0, loss, role = 'primary', took = 1 }: Row) {
  const sample = {
    rdb_last_save_time: NOW - age,
    rdb_changes_since_last_save: changes,
    rdb_last_bgsave_time_sec: took,
    aof_enabled: aof,
  };
  const readings = [saw(persistence, sample), saw(persistenceConfig, { save }), saw(clock, { epochSeconds: NOW })];
  return scene({
    target: { objectives: loss === undefined ? {} : { dataLossSeconds: loss } },
    nodes: [{ role, readings }],
  });
}

test.each<[string, Row, string]>([
  ['twice the largest interval is not too old', { age: 7200 }, 'clear'],
  ['more than twice the largest interval is a warning', { age: 7201 }, 'warning'],
  ['nothing changed, so nothing can be lost', { age: 99_999, changes: 0 }, 'clear'],
  ['too few changes for a save to be due', { age: 99_999, changes: 999, save: '60 1000' }, 'clear'],
  ['enough changes for a save that did not come', { age: 121, changes: 1000, save: '60 1000' }, 'warning'],
  ['snapshots are off', { age: 99_999, save: '' }, 'clear'],
  ['the append-only file is the durable path', { age: 99_999, aof: 1, loss: 1 }, 'clear'],
  ['a replica has its primary', { age: 99_999, role: 'replica', loss: 1 }, 'clear'],
  ['older than the owner accepts is critical', { age: 61, loss: 60 }, 'critical'],
  ['as old as the owner accepts', { age: 60, loss: 60 }, 'clear'],
  ['a fresh server that never saved: the save time is its start', { age: 30, took: -1 }, 'clear'],
  ['a server that never saved and has been up for long', { age: 7201, took: -1 }, 'warning'],
  ['a clock that runs behind the save', { age: -5, loss: 1 }, 'clear'],
])('%s', (_sentence, row, want) => {
  expect(said(rule, node(row))).toBe(want);
});

test('the headline of a server that never saved does not speak of a last save', () => {
  const [found] = rule.assess('x', node({ age: 7201, took: -1 }));
  expect(found).toMatchObject({ headline: '5 changes are on no disk: no save since the start 2 h ago' });
});
