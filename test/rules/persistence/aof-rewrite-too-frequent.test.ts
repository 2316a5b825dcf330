import { expect, test } from 'vitest';
import type { Point } from '../../../src/domain/series.ts';
import persistence from '../../../src/probes/persistence.ts';
import persistenceConfig from '../../../src/probes/persistence-config.ts';
import server from '../../../src/probes/server.ts';
import rule from '../../../src/rules/persistence/aof-rewrite-too-frequent.ts';
import { said, saw, scene } from '../../support/scene.ts';

const MIB = 1024 * 1024;
const NAME = '127.0.0.1:6379';

interface Row {
  /** Rewrites since the start, before and now. */
  rewrites?: readonly [before: number | undefined, now: number | undefined];
  uptime?: number;
  /** Bytes per second. */
  written?: number;
  /** Seconds that the last one took. */
  took?: number;
  status?: string;
  history?: readonly Point[];
}

/** After a rewrite to 10 MiB the next one is due at 64 MiB. */
function answer({
  rewrites: [before, now] = [2, 2],
  uptime = 1e6,
  written = 0,
  took = 0,
  status = 'ok',
  history,
}: Row): string {
  const disk = (count: number | undefined, size: number) => ({
    aof_enabled: 1,
    aof_last_bgrewrite_status: status,
    aof_last_rewrite_time_sec: took,
    aof_current_size: size,
    aof_base_size: 10 * MIB,
    aof_rewrites: count,
  });
  const readings = [
    saw(persistence, disk(now, 20 * MIB + written * 2), disk(before, 20 * MIB)),
    saw(persistenceConfig, { auto_aof_rewrite_min_size: 64 * MIB, auto_aof_rewrite_percentage: 100 }),
    saw(server, { uptime_in_seconds: uptime }),
  ];
  return said(rule, scene({ nodes: [{ readings }], series: history ? { [NAME]: history } : {} }));
}

/** Rewrites that were counted in the last half hour. */
function seen(count: number): Point[] {
  const point = (minutes: number, aof_rewrites: number): Point => {
    const at = 1_800_000_000_000 - minutes * 60_000;
    return { at, runId: `run-of-${NAME}`, role: 'primary', values: { aof_rewrites } };
  };
  return [point(30, 7), point(1, 7 + count)];
}

test.each<[string, Row, string]>([
  ['none', { rewrites: [0, 0] }, 'clear'],
  ['one meanwhile', { rewrites: [5, 6] }, 'clear'],
  ['two meanwhile', { rewrites: [5, 7] }, 'warning'],
  ['one meanwhile, and one in ten minutes on average', { rewrites: [99, 100], uptime: 60_000 }, 'clear'],
  ['one meanwhile, and more than that on average', { rewrites: [99, 100], uptime: 59_999 }, 'warning'],
  ['many long ago', { rewrites: [100, 100], uptime: 59_999 }, 'clear'],
  ['many, and the next is due within ten minutes', { rewrites: [100, 100], uptime: 59_999, written: MIB }, 'warning'],
  ['three in the half hour that was watched', { history: seen(3) }, 'warning'],
  ['two in the half hour that was watched', { history: seen(2) }, 'clear'],
  ['a tenth of the time', { written: MIB, took: 5.4 }, 'clear'],
  ['more than a tenth of the time', { written: MIB, took: 6 }, 'warning'],
  ['attempts that fail are another finding', { rewrites: [5, 9], status: 'err' }, 'clear'],
  ['a version that does not count', { rewrites: [undefined, undefined] }, 'unassessed'],
])('rewrites: %s', (_sentence, row, want) => {
  expect(answer(row)).toBe(want);
});
