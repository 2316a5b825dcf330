import { expect, test } from 'vitest';
import type { Point } from '../../../src/domain/series.ts';
import clock from '../../../src/probes/clock.ts';
import latencyLatest from '../../../src/probes/latency-latest.ts';
import persistence from '../../../src/probes/persistence.ts';
import rule from '../../../src/rules/persistence/aof-fsync-delayed.ts';
import { said, saw, scene } from '../../support/scene.ts';

const NAME = '127.0.0.1:6379';

interface Row {
  /** Late flushes between the samples, which are 10 s apart. */
  late?: number;
  enabled?: number;
  single?: boolean;
  /** Milliseconds of the newest aof-write-pending-fsync and its age in seconds. */
  event?: readonly [ms: number, age: number];
  history?: readonly Point[];
}

function answer({ late = 2, enabled = 1, single, event, history }: Row): string {
  const disk = (aof_delayed_fsync: number) => ({ aof_enabled: enabled, aof_delayed_fsync });
  const events = event
    ? [{ name: 'aof-write-pending-fsync', at: 1000 - event[1], latestMs: event[0], maxMs: 9000 }]
    : [];
  const readings = [
    single ? saw(persistence, disk(7)) : saw(persistence, disk(7 + late), disk(7)),
    saw(latencyLatest, events),
    saw(clock, { epochSeconds: 1000 }),
  ];
  return said(rule, scene({ nodes: [{ readings, seconds: 10 }], series: history ? { [NAME]: history } : {} }));
}

/** Late flushes within so many seconds that were watched. */
function seen(late: number, seconds: number): Point[] {
  const point = (ago: number, aof_delayed_fsync: number): Point => {
    return {
      at: 1_800_000_000_000 - ago * 1000,
      runId: `run-of-${NAME}`,
      role: 'primary',
      values: { aof_delayed_fsync },
    };
  };
  return [point(seconds, 7), point(0, 7 + late)];
}

test.each<[string, Row, string]>([
  ['one in ten seconds', { late: 1 }, 'clear'],
  ['two in ten seconds', { late: 2 }, 'warning'],
  ['the append-only file is off', { enabled: 0 }, 'clear'],
  ['a single look', { single: true }, 'unassessed'],
  ['for five minutes, and writes wait', { event: [100, 10], history: seen(31, 300) }, 'critical'],
  ['for five minutes, and nothing is felt', { event: [99, 10], history: seen(31, 300) }, 'warning'],
  ['for five minutes, and it was felt long ago', { event: [5000, 301], history: seen(31, 300) }, 'warning'],
  ['for less than five minutes', { event: [100, 10], history: seen(31, 299) }, 'warning'],
  ['a few in five minutes', { event: [100, 10], history: seen(30, 300) }, 'warning'],
])('late flushes: %s', (_sentence, row, want) => {
  expect(answer(row)).toBe(want);
});
