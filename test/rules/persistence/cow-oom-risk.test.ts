import { expect, test } from 'vitest';
import clock from '../../../src/probes/clock.ts';
import memory from '../../../src/probes/memory.ts';
import persistence from '../../../src/probes/persistence.ts';
import rule from '../../../src/rules/persistence/cow-oom-risk.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  rss?: number;
  running?: boolean;
  /** Copied by the child that runs, and by the last one. */
  cow?: number | undefined;
  last?: number;
  /** Per second. */
  changes?: number;
  own?: number | undefined;
  ram?: number;
}

function answer(row: Row): string {
  const { rss = 500, running = false, last = 0, changes = 5000, ram } = row;
  const own = 'own' in row ? row.own : 1000;
  const disk = (count: number) => ({
    rdb_bgsave_in_progress: running ? 1 : 0,
    aof_rewrite_in_progress: 0,
    rdb_changes_since_last_save: count,
    rdb_last_save_time: 900,
    rdb_last_cow_size: last,
    ...('cow' in row && { current_cow_size: row.cow }),
  });
  const readings = [
    saw(memory, { used_memory_rss: rss, ...(ram !== undefined && { total_system_memory: ram }) }),
    saw(persistence, disk(9 + 2 * changes), disk(9)),
    saw(clock, { epochSeconds: 1000 }),
  ];
  return said(rule, scene({ target: own === undefined ? {} : { memoryLimitBytes: own }, nodes: [{ readings }] }));
}

test.each<[string, Row, string]>([
  ['a child that has copied a little', { running: true, cow: 299 }, 'clear'],
  ['80 % with what it has copied', { running: true, cow: 300 }, 'warning'],
  ['just below 90 %', { running: true, cow: 399 }, 'warning'],
  ['90 %', { running: true, cow: 400 }, 'critical'],
  ['a child of a version that does not tell', { running: true }, 'unassessed'],
  ['no child, and the last one copied as much under many writes', { last: 300 }, 'warning'],
  ['no child, and few writes', { last: 300, changes: 1000 }, 'clear'],
  ['no child ever', { last: 0 }, 'clear'],
  ['no limit known', { running: true, cow: 400, own: undefined }, 'unassessed'],
  ['plenty of RAM, but a container may allow less', { running: true, cow: 9, own: undefined, ram: 1000 }, 'unassessed'],
  ['RAM that will not do', { running: true, cow: 300, own: undefined, ram: 1000 }, 'warning'],
])('%s', (_sentence, row, want) => {
  expect(answer(row)).toBe(want);
});

test('servers that share a host share its memory', () => {
  const readings = (cow: number) => [
    saw(memory, { used_memory_rss: 400, total_system_memory: 1000 }),
    saw(persistence, { rdb_bgsave_in_progress: cow > 0 ? 1 : 0, aof_rewrite_in_progress: 0, current_cow_size: cow }),
    saw(clock, { epochSeconds: 1000 }),
  ];
  const nodes = [
    { name: 'a:1', readings: readings(50) },
    { name: 'a:2', readings: readings(0) },
  ];
  expect(said(rule, scene({ nodes }))).toBe('warning clear');
});
