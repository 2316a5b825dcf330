import { expect, test } from 'vitest';
import commandStats from '../../../src/probes/command-stats.ts';
import memory from '../../../src/probes/memory.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/commands/eval-inline-churn.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  evals: number;
  shas?: number;
  /** More scripts in the cache. */
  cached?: number;
  /** Pushed out of it. */
  evicted?: number;
}

function rowScene({ evals, shas = 0, cached = 0, evicted = 0 }: Row) {
  const counters = (evalCalls: number, shaCalls: number) => ({
    commands: new Map([
      ['eval', { calls: evalCalls, usec: 0, rejected: 0, failed: 0 }],
      ['evalsha', { calls: shaCalls, usec: 0, rejected: 0, failed: 0 }],
    ]),
  });
  return scene({
    nodes: [
      {
        readings: [
          saw(commandStats, counters(500 + evals, 500 + shas), counters(500, 500)),
          saw(memory, { number_of_cached_scripts: 40 + cached }, { number_of_cached_scripts: 40 }),
          saw(stats, { evicted_scripts: 7 + evicted }, { evicted_scripts: 7 }),
        ],
      },
    ],
  });
}

test.each<[string, Row, string]>([
  ['no scripts', { evals: 0 }, 'clear'],
  ['a new script each time', { evals: 20, cached: 20 }, 'info'],
  ['a few', { evals: 19, cached: 19 }, 'clear'],
  ['one script again and again', { evals: 5000, cached: 1 }, 'clear'],
  ['a tenth of them new', { evals: 100, cached: 10 }, 'info'],
  ['a cache that holds no more', { evals: 100, cached: 0, evicted: 100 }, 'info'],
  ['scripts that were flushed', { evals: 100, cached: -40 }, 'clear'],
  ['mostly EVALSHA', { evals: 100, shas: 11, cached: 100 }, 'clear'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('one sample says nothing', () => {
  const readings = [saw(commandStats, { commands: new Map() }), saw(memory, {}), saw(stats, {})];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe('unassessed');
});
