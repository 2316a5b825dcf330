import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { dueWithin, phaseOf } from '../../../src/flow/watch/schedule.ts';

const NAMES = Array.from({ length: 200 }, (_, at) => `prod-${at}`);

test('in windows that follow each other a target is due once in each of its intervals, always at the same distance', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.integer({ min: 1000, max: 60_000 }),
      fc.integer({ min: 0, max: 120_000 }),
      fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }),
      (name, lengthMs, more, start) => {
        const everyMs = lengthMs + more;
        const dues = Array.from({ length: 40 }, (_, at) => dueWithin(start + at * lengthMs, lengthMs, name, everyMs));
        const moments = dues.filter((due) => due !== undefined);
        expect(moments.slice(1).every((due, at) => due - (moments[at] ?? 0) === everyMs)).toBe(true);
        expect(moments.length).toBeGreaterThanOrEqual(Math.floor((40 * lengthMs) / everyMs));
        expect(dues.every((due, at) => due === undefined || due >= start + at * lengthMs)).toBe(true);
      },
    ),
  );
});

test('targets are spread over the interval', () => {
  const second = (name: string) => Math.floor(phaseOf(name, 15_000) / 1000);
  const perSecond = [...Map.groupBy(NAMES, second).values()].map((names) => names.length);
  expect(perSecond).toHaveLength(15);
  expect(Math.max(...perSecond)).toBeLessThan(30);
});
