import { expect, test } from 'vitest';
import { largestCarried, largeValues } from '../../src/domain/largest-carried.ts';

const MIB = 1024 * 1024;
const PLAIN = { version: '7.0.15', bulk: undefined, query: undefined, replicas: undefined, patienceMs: undefined };
const link = (hard: number) => ({ hard: hard * MIB, soft: 0, softSeconds: 0 });

test.each<[string, Partial<Parameters<typeof largestCarried>[0]>, number, string]>([
  ['what all versions start with', {}, 511, 'proto-max-bulk-len'],
  ['a smaller bulk', { bulk: 64 * MIB }, 63, 'proto-max-bulk-len'],
  ['a smaller query buffer', { query: 32 * MIB }, 31, 'client-query-buffer-limit'],
  ['a larger bulk behind the query buffer', { bulk: 2048 * MIB }, 1023, 'client-query-buffer-limit'],
  ['links to replicas', { replicas: { limit: link(256), backlog: MIB } }, 128, 'half of client-output-buffer-limit'],
  ['links whose backlog is larger', { replicas: { limit: link(64), backlog: 512 * MIB } }, 256, 'half of'],
  ['the same before 7.0', { version: '6.2.14', replicas: { limit: link(64), backlog: 512 * MIB } }, 32, 'half of'],
  ['links without a limit', { replicas: { limit: link(0), backlog: MIB } }, 511, 'proto-max-bulk-len'],
  ['links that are not shown', { replicas: { limit: undefined, backlog: undefined } }, 128, 'half of'],
  ['others that wait for 5 s', { patienceMs: 5000 }, 100, 'less than half of the 5 s after which it counts as lost'],
])('bounded by %s', (_what, over, mebibytes, from) => {
  const carried = largestCarried({ ...PLAIN, ...over });
  expect(Math.floor(carried.bytes / MIB)).toBe(mebibytes);
  expect(carried.from).toContain(from);
});

test('what is too large is told beforehand, and of small values nothing', () => {
  const carried = { bytes: 128 * MIB, from: 'proto-max-bulk-len' };
  expect(largeValues(2 * MIB, carried)).toEqual([]);
  expect(largeValues(100 * MIB, carried)).toHaveLength(2);
  expect(largeValues(300 * MIB, carried)).toEqual([
    'Its largest value takes 300 MiB.',
    'While the server takes in a value of 128 MiB it stands still for up to 4 s, and needs up to 384 MiB of memory for it.',
    'A value of more than 128 MiB is not carried (proto-max-bulk-len): it is named, and the run ends as failed when all others are back.',
  ]);
});
