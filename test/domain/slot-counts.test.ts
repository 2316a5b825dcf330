import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rangesOf, SLOTS } from '../../src/domain/cluster.ts';
import { keysInSlots, printSlotCounts } from '../../src/domain/slot-counts.ts';

const Counts = fc.dictionary(
  fc.integer({ min: 0, max: SLOTS - 1 }).map(String),
  fc.integer({ min: 1, max: 4_000_000_000 }),
  { maxKeys: 50 },
);

test('what was counted is read back, for whatever slots are asked about', () => {
  fc.assert(
    fc.property(Counts, fc.uniqueArray(fc.integer({ min: 0, max: SLOTS - 1 }), { maxLength: 50 }), (counts, some) => {
      const all = new Uint32Array(SLOTS);
      for (const [slot, count] of Object.entries(counts)) all[Number(slot)] = count;
      const asked = [...some, ...Object.keys(counts).slice(0, 5).map(Number)].toSorted((one, other) => one - other);
      const wanted = [...new Set(asked)].reduce((sum, slot) => sum + (all[slot] ?? 0), 0);
      expect(keysInSlots(printSlotCounts(all), rangesOf(new Set(asked)))).toBe(wanted);
    }),
  );
});

test('runs of slots stand together, and nothing is nothing', () => {
  const counts = new Uint32Array(SLOTS);
  expect(printSlotCounts(counts)).toBe('');
  expect(keysInSlots('', [{ from: 0, to: 16_383 }])).toBe(0);
  counts.set([3, 4], 5461);
  counts[SLOTS - 1] = 1;
  expect(printSlotCounts(counts)).toBe('5461:3,4;16383:1');
});
