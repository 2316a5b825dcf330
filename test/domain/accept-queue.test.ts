import { expect, test } from 'vitest';
import { droppedPerSecond, isFilling, type ListenFacts, shortestQueue } from '../../src/domain/accept-queue.ts';

const facts = (listenOverflows: number | undefined, ...queues: [waiting: number, backlog: number][]): ListenFacts => ({
  listenOverflows,
  listening: queues.map(([waiting, backlog]) => ({ address: '*:6379', waiting, backlog })),
});

test('of several sockets the shortest queue counts', () => {
  expect(shortestQueue(facts(0, [0, 511], [0, 128]))).toBe(128);
  expect(shortestQueue(facts(0))).toBeUndefined();
});

test.each([
  ['half full', [[256, 511]], true],
  ['less', [[255, 511]], false],
  [
    'one of two full',
    [
      [0, 511],
      [512, 511],
    ],
    true,
  ],
] as const)('a queue that is %s', (_what, queues, want) => {
  expect(isFilling(facts(0, ...queues.map(([waiting, backlog]): [number, number] => [waiting, backlog])))).toBe(want);
});

test('what is dropped is told per second of the pair', () => {
  expect(droppedPerSecond({ now: facts(20), before: facts(10), seconds: 2 })).toBe(5);
  expect(droppedPerSecond({ now: facts(undefined), before: facts(10), seconds: 2 })).toBe(0);
  expect(droppedPerSecond({ now: facts(20), seconds: 0 })).toBe(0);
});
