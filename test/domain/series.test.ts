import { expect, test } from 'vitest';
import { parseInfo } from '../../src/domain/info.ts';
import { KEPT_FIELDS } from '../../src/domain/kept-fields.ts';
import { growthSince, type Point, pointOf, rateBetween } from '../../src/domain/series.ts';
import { identityOf, infoText, VERSIONS } from '../support/captured.ts';

test.each(VERSIONS)('%s: what is kept of a server', (version) => {
  const info = parseInfo(infoText(version, 'primary-with-replica'));
  const identity = identityOf(version);
  const point = pointOf(5, identity, info);
  expect(point).toMatchObject({ at: 5, role: 'primary', runId: identity.runId });
  expect(point.replId).toMatch(/^[0-9a-f]{40}$/);
  expect(Object.keys(point.values).filter((field) => !KEPT_FIELDS.includes(field))).toEqual([]);
  expect(point.values.used_memory).toBe(info.number('used_memory'));
  expect(Object.keys(point.values).length).toBeGreaterThan(KEPT_FIELDS.length - 8);
});

const point = (different: Partial<Point>): Point => ({
  at: 0,
  runId: 'a',
  role: 'primary',
  values: { evicted_keys: 10 },
  ...different,
});

test.each<[string, Partial<Point>, number | undefined]>([
  ['grew by 30 in 10 s', { at: 10_000, values: { evicted_keys: 40 } }, 3],
  ['did not grow', { at: 10_000 }, 0],
  ['restarted', { at: 10_000, runId: 'b', values: { evicted_keys: 40 } }, undefined],
  ['was reset', { at: 10_000, values: { evicted_keys: 4 } }, undefined],
  ['is missing', { at: 10_000, values: {} }, undefined],
  ['same moment', { values: { evicted_keys: 40 } }, undefined],
])('a counter that %s', (_what, after, want) => {
  expect(rateBetween(point({}), point(after), 'evicted_keys')).toBe(want);
});

test('growth since a moment is that of this process, from the first point after it to the newest', () => {
  const at = (seconds: number, evicted_keys: number, runId = 'a') =>
    point({ at: seconds * 1000, runId, values: { evicted_keys } });
  const history = [at(0, 900, 'old'), at(10, 1), at(20, 5), at(30, 9)];
  expect(growthSince(history, 'a', 'evicted_keys', 0)).toEqual({ by: 8, seconds: 20 });
  expect(growthSince(history, 'a', 'evicted_keys', 15_000)).toEqual({ by: 4, seconds: 10 });
  expect(growthSince(history, 'a', 'evicted_keys', 25_000)).toBeUndefined();
  expect(growthSince(history, 'a', 'expired_keys', 0)).toBeUndefined();
  expect(growthSince([...history, at(40, 0)], 'a', 'evicted_keys', 0)).toBeUndefined();
  expect(growthSince([], 'a', 'evicted_keys', 0)).toBeUndefined();
});
