import { expect, test } from 'vitest';
import { TargetName } from '../../../src/domain/ids.ts';
import { tidySeries } from '../../../src/flow/watch/tidy-series.ts';
import { freshStore } from '../../support/databases.ts';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 10, 20, 12);
const NODE = '10.0.0.1:6379';

test('every sample of the last hour is kept, what is older is thinned, what is too old is dropped', async () => {
  const store = await freshStore();
  const target = TargetName.parse('prod');
  await store.transaction(async (tx) => {
    for (let at = NOON - 5 * HOUR; at <= NOON; at += 15_000) {
      const point = { at, runId: 'a', role: 'primary' as const, values: { used_memory: 1 } };
      await tx.keepSample(target, NODE, { at, runId: 'a', answers: new Map() }, point);
    }
  });
  await tidySeries({ store, clock: { now: () => NOON + 60_000, sleep: async () => {} } }, 3 * HOUR);
  const points = (await store.transaction((tx) => tx.seriesOf(target, 0))).get(NODE) ?? [];
  const gaps = (from: number, to: number) => {
    const some = points.filter(({ at }) => at >= NOON - from * HOUR && at < NOON - to * HOUR);
    return [...new Set(some.slice(1).map(({ at }, index) => (at - (some[index]?.at ?? 0)) / 1000))];
  };
  expect(gaps(1, 0)).toEqual([15]);
  expect(gaps(3, 1)).toEqual([120]);
  expect(points[0]?.at).toBe(NOON - 3 * HOUR);
  await store.close();
});
