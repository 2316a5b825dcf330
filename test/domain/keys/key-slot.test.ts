import { expect, test } from 'vitest';
import { keySlot } from '../../../src/domain/keys/key-slot.ts';

test.each([
  ['123456789', 12_739],
  ['foo', 12_182],
  ['{foo}bar', 12_182],
  ['a{foo}{bar}', 12_182],
  ['foo{}{bar}', 8363],
  ['foo{{bar}}', 4015],
  ['', 0],
])('%s is in slot %d', (key, slot) => expect(keySlot(key)).toBe(slot));
