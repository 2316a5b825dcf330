import { expect, test } from 'vitest';
import { fellLately, holes, isWorthReading, retainsMuch } from '../../src/domain/fragmentation.ts';

const MIB = 1024 * 1024;

test.each([
  ['a fresh server with a ratio of 7', 1, 7, false, false],
  ['just below 100 MiB of data', 99, 800, false, true],
  ['100 MiB of data and 64 more resident', 100, 164, true, true],
  ['100 MiB of data and less than 64 more resident', 100, 163, false, false],
  ['less resident than used', 1000, 500, false, false],
])('%s', (_what, used, rss, read, retains) => {
  const memory = { used_memory: used * MIB, used_memory_rss: rss * MIB };
  expect(isWorthReading(memory)).toBe(read);
  expect(retainsMuch(memory)).toBe(retains);
});

test.each([
  ['no history', [], false],
  ['more used nine minutes ago', [[9, 1301]], true],
  ['not much more used nine minutes ago', [[9, 1300]], false],
  ['more used eleven minutes ago', [[11, 1301]], false],
])('%s: fell lately is %s', (_what, points, wanted) => {
  const now = 1_800_000_000_000;
  const history = points.map(([minutes = 0, used_memory = 0]) => {
    return { at: now - minutes * 60_000, runId: 'r', role: 'primary' as const, values: { used_memory } };
  });
  expect(fellLately(history, 1000, now)).toBe(wanted);
});

test.each([
  ['as the server tells', { allocator_frag_ratio: 1.5, allocator_frag_bytes: 50 }, 1.5, 50],
  [
    'a server that does not count them: what its pages hold more',
    { allocator_frag_ratio: 1, allocator_frag_bytes: 0 },
    3,
    200,
  ],
])('holes, %s', (_what, told, ratio, bytes) => {
  expect(holes({ ...told, allocator_active: 300, allocator_allocated: 100 })).toMatchObject({ ratio, bytes });
});

test('holes are unknown where nothing is told', () => {
  expect(holes({})).toBeUndefined();
  expect(holes({ allocator_frag_ratio: 1, allocator_frag_bytes: 0 })).toMatchObject({ ratio: 1, bytes: 0 });
});
