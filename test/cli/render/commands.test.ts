import { expect, test } from 'vitest';
import { renderLoad } from '../../../src/cli/render/commands.ts';
import type { CommandLoad } from '../../../src/domain/command-load.ts';

const LOAD: CommandLoad = {
  node: '10.0.0.1:6379',
  seconds: 2,
  busiest: [
    { command: 'hgetall', calls: 40, ms: 1240, share: 0.62, p50Ms: 16.912, p99Ms: 33.824 },
    { command: 'get', calls: 90_000, ms: 98, share: 0.049, p50Ms: 0.001, p99Ms: 0.033 },
  ],
  logSeconds: 60,
  slow: [
    {
      shape: 'HGETALL <key>',
      caller: 'billing at 10.0.0.x (user app)',
      count: 40,
      totalMs: 1200,
      maxMs: 34.1,
      share: 0.02,
      instead: 'HMGET with the fields that are needed, or HSCAN',
    },
  ],
  large: [
    {
      kind: 'reply',
      shape: 'HGETALL <key>',
      caller: 'billing at 10.0.0.x',
      count: 1,
      totalBytes: 2e6,
      maxBytes: 2e6,
      instead: null,
    },
  ],
};

test('who was slow, what to use instead, and what takes the time', () => {
  expect(renderLoad(LOAD, 100)).toEqual([
    'Slow commands of the last 60 s:',
    '  HGETALL <key>: 40 times, up to 34 ms, in all 1200 ms (2 % of the time), by billing at 10.0.0.x',
    '  (user app)',
    '    instead: HMGET with the fields that are needed, or HSCAN',
    'Large requests and replies of the last 60 s:',
    '  HGETALL <key>: once, reply of up to 1.9 MiB, by billing at 10.0.0.x',
    'Time of the server, over 2 s:',
    '  HGETALL  62 %  40 calls  half within 17 ms, 99 % within 34 ms',
  ]);
});

test('where all is quick there is nothing to tell', () => {
  const [, get] = LOAD.busiest;
  expect(renderLoad({ ...LOAD, slow: [], large: [], busiest: get ? [get] : [] }, 100)).toEqual([]);
});
