import { expect, test } from 'vitest';
import clock from '../../../src/probes/clock.ts';
import cpu from '../../../src/probes/cpu.ts';
import latencyLatest from '../../../src/probes/latency-latest.ts';
import memory from '../../../src/probes/memory.ts';
import rule from '../../../src/rules/fragmentation/defrag-cpu-hog.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  running?: number | undefined;
  /** Share of the main thread; undefined for one sample. */
  engine?: number | undefined;
  event?: { name?: string; ago: number };
}

function rowScene({ event, ...row }: Row) {
  const running = 'running' in row ? row.running : 20;
  const engine = 'engine' in row ? row.engine : 0.5;
  const now = { used_cpu_user_main_thread: 100 + 10 * (engine ?? 0), used_cpu_sys_main_thread: 7 };
  const before = engine === undefined ? undefined : { used_cpu_user_main_thread: 100, used_cpu_sys_main_thread: 7 };
  const name = event?.name ?? 'active-defrag-cycle';
  const readings = [
    saw(memory, { active_defrag_running: running }),
    saw(cpu, now, before),
    saw(clock, { epochSeconds: 1000 }),
    saw(latencyLatest, event ? [{ name, at: 1000 - event.ago, latestMs: 120, maxMs: 120 }] : []),
  ];
  return scene({ nodes: [{ readings, seconds: 10 }] });
}

test.each<[string, Row, string]>([
  ['not running on a busy server', { running: 0, engine: 0.99 }, 'clear'],
  ['running while there is CPU to spare', { running: 25, engine: 0.8 }, 'clear'],
  ['running while there is none', { running: 20, engine: 0.81 }, 'warning'],
  ['running a little while there is none', { running: 19, engine: 0.99 }, 'clear'],
  ['a cycle that held clients up', { running: 5, event: { ago: 60 } }, 'warning'],
  ['a cycle that did so earlier', { running: 5, event: { ago: 61 } }, 'clear'],
  ['another event', { running: 5, event: { name: 'fork', ago: 1 } }, 'clear'],
  ['seen once', { engine: undefined }, 'unassessed'],
  ['seen once, a little', { running: 5, engine: undefined }, 'clear'],
  ['a version that does not tell', { running: undefined }, 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});
