import { expect, test } from 'vitest';
import { commandLoad, filledBy } from '../../src/domain/command-load.ts';
import type { Histogram } from '../../src/domain/histogram.ts';
import { largeEntry, slowEntry } from '../support/logged.ts';

const NOW = 1_800_000_000;

type Calls = Readonly<Record<string, [calls: number, usec: number]>>;

function counters(calls: Calls) {
  return { commands: new Map(Object.entries(calls).map(([name, [count, usec]]) => [name, { calls: count, usec }])) };
}

function stats(now: Calls, before: Calls) {
  return { now: counters(now), before: counters(before), seconds: 2 };
}

function histograms(of: Readonly<Record<string, [number, number][]>>) {
  const read = (upTo: [number, number][]): Histogram => ({ calls: upTo.at(-1)?.[1] ?? 0, upTo: new Map(upTo) });
  return { histograms: new Map(Object.entries(of).map(([name, upTo]) => [name, read(upTo)])) };
}

test('who eats the time between the samples, not since the start', () => {
  const load = commandLoad({
    node: 'n',
    stats: stats(
      { get: [1e6 + 1000, 9e6 + 2000], hgetall: [10, 400_000], info: [2, 300] },
      { get: [1e6, 9e6], info: [1, 150] },
    ),
  });
  expect(load).toMatchObject({
    seconds: 2,
    busiest: [
      { command: 'hgetall', calls: 10, ms: 400, share: 0.2, p50Ms: null, p99Ms: null },
      { command: 'get', calls: 1000, ms: 2, share: 0.001 },
    ],
  });
});

test('percentiles are those of the window; a command that is new has no past', () => {
  const load = commandLoad({
    node: 'n',
    stats: stats({ get: [1100, 900_000], eval: [1, 800_000] }, { get: [1000, 10_000] }),
    histograms: {
      now: histograms({
        get: [
          [1, 1000],
          [8456, 1099],
          [33_824, 1100],
        ],
        eval: [[1_082_368, 1]],
      }),
      before: histograms({ get: [[1, 1000]] }),
      seconds: 2,
    },
  });
  expect(load?.busiest.map(({ command, p50Ms, p99Ms }) => [command, p50Ms, p99Ms])).toEqual([
    ['get', 8.456, 8.456],
    ['eval', 1082.368, 1082.368],
  ]);
});

test('a command whose earlier histogram was not read has no percentiles', () => {
  const load = commandLoad({
    node: 'n',
    stats: stats({ get: [1100, 900_000] }, { get: [1000, 10_000] }),
    histograms: { now: histograms({ get: [[1, 1100]] }), before: histograms({}), seconds: 2 },
  });
  expect(load?.busiest).toMatchObject([{ p99Ms: null }]);
});

test('slow calls are grouped by shape and program, the costliest first', () => {
  const slow = [
    slowEntry({ id: 1, microseconds: 30_000, client: '10.0.0.1:1', clientName: 'cron' }),
    slowEntry({ id: 2, microseconds: 50_000, client: '10.0.0.1:2', clientName: 'cron' }),
    slowEntry({ id: 3, microseconds: 90_000, client: '10.0.0.2:9', clientName: 'web' }),
    slowEntry({ id: 4, microseconds: 999 }),
  ].map((entry) => ({ ...entry, at: NOW }));
  const load = commandLoad({ node: 'n', now: NOW, slowlog: { now: slow, seconds: 2 } });
  expect(load?.slow).toMatchObject([
    { caller: 'web at 10.0.0.x', count: 1, totalMs: 90, maxMs: 90 },
    { caller: 'cron at 10.0.0.x', count: 2, totalMs: 80, maxMs: 50, instead: expect.stringContaining('SCAN') },
  ]);
});

test('a window longer than a minute is looked at as a whole', () => {
  const slow = [slowEntry({ id: 8, at: NOW - 200, microseconds: 3_000_000 })];
  const load = commandLoad({ node: 'n', now: NOW, slowlog: { now: slow, before: [], seconds: 300 } });
  expect(load).toMatchObject({ logSeconds: 300, slow: [{ share: 0.01 }] });
});

test('large requests and replies stand apart', () => {
  const log = {
    requests: [largeEntry({ at: NOW, shape: 'SET <key> <value>' })],
    replies: [largeEntry({ at: NOW - 99 })],
  };
  const load = commandLoad({ node: 'n', now: NOW, commandLog: { now: log, seconds: 0 } });
  expect(load?.large).toMatchObject([{ kind: 'request', shape: 'SET <key> <value>', count: 1, maxBytes: 2_000_000 }]);
});

test('an idle server has nothing to tell', () => {
  expect(commandLoad({ node: 'n', stats: stats({ info: [2, 300] }, { info: [1, 150] }) })).toBeUndefined();
  expect(commandLoad({ node: 'n' })).toBeUndefined();
});

test.each([
  [700_000, ['engine-cpu-saturated', 'event-loop-saturated']],
  [699_999, []],
])('commands that took %i us of two seconds fill a core: %j', (usec, wanted) => {
  const load = stats({ keys: [9, usec / 2], hgetall: [9, usec / 2], get: [1e6, 900_000] }, {});
  expect(filledBy(load, ['keys', 'hgetall'])).toEqual(wanted);
  expect(filledBy(undefined, ['keys'])).toEqual([]);
});
