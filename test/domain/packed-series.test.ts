import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { pack, thinned, unpack } from '../../src/domain/packed-series.ts';
import type { Point } from '../../src/domain/series.ts';

const thousandth = fc.integer({ min: 0, max: 10_000_000_000 }).map((count) => count / 1000);
const values = fc.record(
  { total_net_input_bytes: fc.maxSafeNat(), used_cpu_user: thousandth, evicted_keys: fc.nat() },
  { requiredKeys: [], noNullPrototype: true },
);
const point = fc.record({
  at: fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }),
  runId: fc.constantFrom('a', 'b'),
  role: fc.constantFrom('primary' as const, 'replica' as const),
  replId: fc.constantFrom('x', 'y'),
  values,
});

test('what is packed comes back as it was', () => {
  fc.assert(
    fc.property(fc.array(point), (points) => {
      const stored = JSON.parse(JSON.stringify(pack(points))) as ReturnType<typeof pack>;
      expect(unpack(stored)).toEqual(points);
    }),
  );
});

const life = { runId: 'a', role: 'primary', replId: 'x' } as const;
const at = (seconds: number, different: Partial<Point> = {}): Point => ({
  at: seconds * 1000,
  ...life,
  values: { used_memory: 1_000_000 + seconds, maxmemory: 5 },
  ...different,
});

test('a field that does not change is stored once', () => {
  expect(pack([at(0), at(60), at(120)])).toEqual({
    at: [0, 60_000, 60_000],
    lives: [{ ...life, points: 3 }],
    fields: { used_memory: [1_000_000, 60, 60], maxmemory: [5] },
  });
});

test.each<[string, Point[], number[]]>([
  ['one in two minutes', [0, 15, 30, 60, 119, 120, 135, 241].map((second) => at(second)), [0, 120, 241]],
  ['a restart within the minute', [at(0), at(15), at(30, { runId: 'b' }), at(45, { runId: 'b' })], [0, 30]],
  ['two changes of the role within the minute', [at(0), at(15, { role: 'replica' }), at(30)], [0, 15, 30]],
  ['nothing', [], []],
])('%s', (_what, points, want) => {
  expect(thinned(points).map((one) => one.at / 1000)).toEqual(want);
});
