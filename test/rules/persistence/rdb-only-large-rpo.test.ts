import { expect, test } from 'vitest';
import type { Purpose } from '../../../src/domain/target.ts';
import clock from '../../../src/probes/clock.ts';
import persistence from '../../../src/probes/persistence.ts';
import persistenceConfig from '../../../src/probes/persistence-config.ts';
import rule from '../../../src/rules/persistence/rdb-only-large-rpo.ts';
import { server } from '../../support/links.ts';
import { said, saw, scene } from '../../support/scene.ts';

const DEFAULTS = '3600 1 300 100 60 10000';

interface Row {
  save?: string;
  purpose?: Purpose;
  /** Accepted loss, seconds. */
  loss?: number;
  /** Per second. */
  changes?: number;
  aof?: number;
  follows?: string;
  /** aof_enabled of a replica. */
  replica?: number;
}

function answer({ save = DEFAULTS, purpose, loss, changes = 0, aof = 0, follows, replica }: Row): string | undefined {
  const disk = (count: number) => ({ aof_enabled: aof, rdb_changes_since_last_save: count, rdb_last_save_time: 900 });
  const readings = [
    saw(persistence, disk(50 + 2 * changes), disk(50)),
    saw(persistenceConfig, { save }),
    saw(clock, { epochSeconds: 1000 }),
  ];
  const below = replica === undefined ? [] : [server('b:1', 'a:1', [saw(persistence, { aof_enabled: replica })])];
  const target = { ...(purpose && { purpose }), objectives: loss === undefined ? {} : { dataLossSeconds: loss } };
  return said(rule, scene({ target, nodes: [server('a:1', follows, readings), ...below] })).split(' ')[0];
}

test.each<[string, Row, string]>([
  ['a store with the default save points', { purpose: 'store' }, 'clear'],
  ['a store with one snapshot an hour', { purpose: 'store', save: '3600 1' }, 'warning'],
  ['a queue with one in a quarter of an hour', { purpose: 'queue', save: '900 1' }, 'warning'],
  ['a session store just below that', { purpose: 'session', save: '899 1' }, 'clear'],
  ['a cache', { purpose: 'cache', save: '3600 1' }, 'clear'],
  ['no purpose, nothing said', { save: '3600 1' }, 'clear'],
  ['a minute may be lost, and few changes wait an hour', { loss: 60, changes: 0 }, 'warning'],
  ['a minute may be lost, and changes are many', { loss: 60, changes: 5000 }, 'clear'],
  ['a second less may be lost', { loss: 59, changes: 5000 }, 'warning'],
  ['the owner of a cache said what may be lost', { purpose: 'cache', loss: 1, changes: 5000 }, 'warning'],
  ['the append-only file is on', { purpose: 'store', loss: 1, aof: 1 }, 'clear'],
  ['nothing is kept at all: another finding', { purpose: 'store', loss: 1, save: '' }, 'clear'],
  ['a replica', { purpose: 'store', loss: 1, follows: 'p:1' }, 'clear'],
  ['a replica has an append-only file', { purpose: 'store', loss: 1, replica: 1 }, 'info'],
  ['a replica has none either', { purpose: 'store', loss: 1, replica: 0 }, 'warning'],
])('%s', (_sentence, row, want) => {
  expect(answer(row)).toBe(want);
});
