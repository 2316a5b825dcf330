import { expect, test } from 'vitest';
import { droppedPerSecond, type ListenFacts, shortestQueue } from '../../src/domain/accept-queue.ts';

const facts = (listenOverflows: number | undefined, ...queues: [waiting: number, backlog: number][]): ListenFacts => ({
  listenOverflows,
  listening: queues.map(([waiting, backlog]) => ({ address: '*:6379', waiting, backlog })),
});

test('of several sockets the shortest queue counts', () => {
  expect(shortestQueue(facts(0, [0, 511], [0, 128]))).toBe(128);
  expect(shortestQueue(facts(0))).toBeUndefined();
});

test.each([
  ['its queue is short', facts(20, [0, 128]), true, 5],
  ['its queue is half full', facts(20, [256, 511]), false, 5],
  ['its queue is empty', facts(20, [0, 511]), false, 0],
  ['the kernel does not count', facts(undefined, [512, 511]), true, 0],
])('overflows of the host are its own when %s', (_what, now, short, want) => {
  expect(droppedPerSecond({ now, before: facts(10), seconds: 2 }, short)).toBe(want);
});

test('without a pair nothing was dropped', () => {
  expect(droppedPerSecond({ now: facts(20, [0, 128]), seconds: 0 }, true)).toBe(0);
});
