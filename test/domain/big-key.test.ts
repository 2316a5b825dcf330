import { expect, test } from 'vitest';
import { type KeySize, sizeSeverity } from '../../src/domain/big-key.ts';

const MB = 1024 * 1024;

test.each<[KeySize, string | undefined]>([
  [{ type: 'string', bytes: MB }, undefined],
  [{ type: 'string', bytes: MB + 1 }, 'warning'],
  [{ type: 'string', bytes: 100 * MB + 1 }, 'critical'],
  [{ type: 'hash', elements: 10_000 }, undefined],
  [{ type: 'hash', elements: 10_001 }, 'warning'],
  [{ type: 'zset', elements: 1_000_001 }, 'critical'],
  [{ type: 'hash', elements: 500, bytes: 2 * MB }, undefined],
  [{ type: 'stream', elements: 500, bytes: 10 * MB + 1 }, 'warning'],
  [{ type: 'list', elements: 500, bytes: 100 * MB + 1 }, 'critical'],
])('%j: %s', (size, wanted) => {
  expect(sizeSeverity(size)).toBe(wanted);
});
