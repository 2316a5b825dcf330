import { expect, test } from 'vitest';
import { describeKey, keyNames, showKey } from '../../../src/domain/keys/named-keys.ts';
import { readNodes } from '../../../src/domain/snapshot.ts';
import { primary } from '../../support/planning.ts';
import { scene } from '../../support/scene.ts';

const [home] = readNodes(scene({ nodes: [primary()] }));
if (!home) throw new Error('no node');

test('a list, or a text as in redis-cli', () => {
  const names = keyNames(3);
  expect(names.parse('a "b c"')).toEqual(['a', 'b c']);
  expect(names.parse(['a', 'b c'])).toEqual(['a', 'b c']);
  for (const wrong of ['', 'a b c d', 'a a', '"a', ['']]) expect(names.safeParse(wrong).success).toBe(false);
});

test('what people read of a key stays on one line and is not endless', () => {
  expect(showKey('a\n<!channel>')).toBe('"a <!channel>"');
  expect(showKey('k'.repeat(99)).length).toBeLessThan(70);
  expect(describeKey({ key: 'k', home, type: 'none', bytes: 0, ttlMs: null })).toBe('"k" (not there)');
  expect(describeKey({ key: 'k', home, type: 'set', bytes: 2048, ttlMs: null })).toBe(
    '"k" (set, 2 KiB, never expires)',
  );
});
