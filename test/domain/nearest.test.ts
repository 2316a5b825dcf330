import { expect, test } from 'vitest';
import { nearest } from '../../src/domain/nearest.ts';

test.each([
  ['used_memry', ['used_memory', 'maxmemory'], 'used_memory'],
  ['raise-maxmemroy', ['raise-maxmemory', 'bgsave'], 'raise-maxmemory'],
  ['Maxmemory', ['maxmemory'], 'maxmemory'],
  ['banana', ['used_memory', 'maxmemory'], undefined],
  ['x', ['role'], undefined],
  ['anything', [], undefined],
])('%s among %j is %s', (typed, known, want) => expect(nearest(typed, known)).toBe(want));
