import { expect, test } from 'vitest';
import clock from '../../../src/probes/clock.ts';
import persistence from '../../../src/probes/persistence.ts';
import persistenceConfig from '../../../src/probes/persistence-config.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/persistence/rdb-save-too-frequent.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  save?: string;
  /** Seconds that the last snapshot took. */
  took?: number;
  /** Attempts between the samples. */
  saves?: number;
  /** Changes per second. */
  changes?: number;
  running?: number;
  syncs?: number;
  status?: string;
  /** A version that counts forks only. */
  old?: boolean;
  single?: boolean;
}

function answer(row: Row): string {
  const {
    save = '60 10000',
    took = 1,
    saves = 1,
    changes = 5000,
    running = 0,
    syncs = 0,
    status = 'ok',
    old,
    single,
  } = row;
  const disk = (count: number, done: number) => ({
    rdb_last_bgsave_status: status,
    rdb_bgsave_in_progress: running,
    rdb_last_bgsave_time_sec: took,
    rdb_changes_since_last_save: count,
    rdb_last_save_time: 990,
    ...(!old && { rdb_saves: done }),
  });
  const counters = (forks: number, fulls: number) => ({ total_forks: forks, sync_full: fulls });
  const readings = [
    single ? saw(persistence, disk(9, 7)) : saw(persistence, disk(9 + changes * 2, 7 + saves), disk(9, 7)),
    saw(stats, counters(7 + saves, 3 + syncs), counters(7, 3)),
    saw(persistenceConfig, { save }),
    saw(clock, { epochSeconds: 1000 }),
  ];
  return said(rule, scene({ nodes: [{ readings }] }));
}

test.each<[string, Row, string]>([
  ['as long as the time between two', { took: 60 }, 'clear'],
  ['longer than the time between two', { took: 61 }, 'warning'],
  ['longer, and one runs now', { took: 61, saves: 0, running: 1 }, 'warning'],
  ['longer, but none is taken now', { took: 61, saves: 0 }, 'clear'],
  ['longer, but changes are few', { took: 61, changes: 10 }, 'clear'],
  ['one every second', { save: '1 1', took: 0 }, 'warning'],
  ['one every six seconds', { save: '6 1', took: 0 }, 'clear'],
  ['a script that asks again and again', { save: '', took: 0, saves: 2 }, 'warning'],
  ['a script that asked once', { save: '', took: 0, saves: 1 }, 'clear'],
  ['two replicas that attach', { save: '', took: 0, saves: 2, syncs: 2 }, 'clear'],
  ['attempts that fail are another finding', { save: '1 1', status: 'err' }, 'clear'],
  ['on 6.2 forks are counted', { save: '1 1', old: true }, 'warning'],
  ['a single look', { single: true }, 'unassessed'],
])('snapshots that take %s', (_sentence, row, want) => {
  expect(answer(row)).toBe(want);
});
