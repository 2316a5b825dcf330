import { expect, test } from 'vitest';
import { TargetName } from '../../../src/domain/ids.ts';
import type { Point } from '../../../src/domain/series.ts';
import { isCurrent, type Memory, recall, withPoints } from '../../../src/flow/watch/memory.ts';
import { freshStore } from '../../support/databases.ts';
import { plainTarget } from '../../support/target.ts';

const NODE = '10.0.0.1:6379';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.UTC(2026, 10, 20, 12);

const point = (at: number): Point => ({ at, runId: 'a', role: 'primary', values: { used_memory: at / 1000 } });

test('of what is kept the last two hours are remembered, and this hour of earlier days', async () => {
  const store = await freshStore();
  const target = plainTarget({ name: TargetName.parse('prod') });
  await store.transaction(async (tx) => {
    for (let ago = 47; ago >= 0; ago -= 1) {
      const at = NOON - ago * HOUR;
      const sample = {
        at,
        runId: 'a',
        answers: new Map([['["INFO","everything"]', 'redis_version:7.0.15\r\nrun_id:a']]),
      };
      await tx.keepSample(target.name, NODE, sample, point(at));
    }
  });
  const memory = await recall(store, target, NOON);
  const hoursAgo = memory.series.get(NODE)?.map(({ at }) => (NOON - at) / HOUR);
  expect(hoursAgo).toEqual([47, 24, 23, 2, 1, 0]);
  expect(memory.samples.get(NODE)).toMatchObject({ at: NOON, identity: { runId: 'a', version: '7.0.15' } });
  await store.close();
});

const memory: Memory = {
  recalledAt: NOON,
  samples: new Map([[NODE, { at: NOON } as never]]),
  series: new Map(),
  standings: [],
};

test.each<[string, [string, number][], number, boolean]>([
  ['as it was left', [[NODE, NOON]], NOON + MINUTE, true],
  ['sampled by another process', [[NODE, NOON + 1]], NOON + MINUTE, false],
  ['forgotten', [], NOON + MINUTE, false],
  [
    'with another node',
    [
      [NODE, NOON],
      ['10.0.0.2:6379', NOON],
    ],
    NOON + MINUTE,
    false,
  ],
  ['for more than an hour, so that another baseline counts', [[NODE, NOON]], NOON + HOUR, false],
])('what is in the store %s: %#', (_what, sampledAt, now, want) => {
  expect(isCurrent(memory, new Map(sampledAt), now)).toBe(want);
});

test('what is remembered stays small, whatever is added', () => {
  let series: Memory['series'] = new Map([[NODE, [point(NOON - 24 * HOUR)]]]);
  for (let at = NOON; at < NOON + 6 * HOUR; at += 15_000) {
    series = withPoints({ ...memory, series }, new Map([[NODE, point(at)]]));
  }
  const points = series.get(NODE) ?? [];
  expect(points.length).toBeLessThan(130);
  expect(points.slice(-60).map(({ at }) => at)).toEqual(
    Array.from({ length: 60 }, (_, back) => NOON + 6 * HOUR - (60 - back) * 15_000),
  );
  expect(points[0]?.at).toBe(NOON - 24 * HOUR);
  expect(points.find(({ at }) => at >= NOON)?.at).toBeGreaterThanOrEqual(NOON + 4 * HOUR - 2 * MINUTE);
});

test('a node that is gone is forgotten', () => {
  const series = new Map([[NODE, [point(NOON)]]]);
  expect(withPoints({ ...memory, series }, new Map([['10.0.0.2:6379', point(NOON)]])).has(NODE)).toBe(false);
});
