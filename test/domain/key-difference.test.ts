import { expect, test } from 'vitest';
import { ReplyError } from '../../src/domain/command.ts';
import { differenceOf, type ShownKey } from '../../src/domain/key-difference.ts';
import type { RdbKey } from '../../src/domain/rdb.ts';

const NOW = 1_795_800_000_000;
const KEY: RdbKey = { database: 0, name: 'k', kind: 'hash', digest: 'one' };
const MORTAL: RdbKey = { ...KEY, expiresAt: NOW + 60_000 };

test.each<[string, RdbKey, ShownKey, number | undefined, string | undefined]>([
  ['the same', KEY, { type: 'hash', left: -1, digest: 'one' }, NOW, undefined],
  ['of content that was not looked at', KEY, { type: 'hash', left: -1 }, NOW, undefined],
  ['of other content', KEY, { type: 'hash', left: -1, digest: 'two' }, NOW, 'its value is another'],
  ['gone', KEY, { type: 'none', left: -2 }, NOW, 'it is not there'],
  ['of another type', KEY, { type: 'string', left: -1 }, NOW, 'it is a string, not a hash'],
  ['of a module', { ...KEY, kind: 'module' }, { type: 'ReJSON-RL', left: -1 }, NOW, undefined],
  ['closed', KEY, { type: new ReplyError('NOPERM'), left: -1 }, NOW, 'it cannot be asked for: NOPERM'],
  ['not told', KEY, { type: undefined, left: undefined }, NOW, 'the server does not say what it is'],
  ['with an expiry', KEY, { type: 'hash', left: 1000 }, NOW, 'it has an expiry and should have none'],
  ['without its expiry', MORTAL, { type: 'hash', left: -1 }, NOW, 'it has lost its expiry'],
  ['with its expiry, nearly', MORTAL, { type: 'hash', left: 65_000 }, NOW, undefined],
  ['with another expiry', MORTAL, { type: 'hash', left: 65_001 }, NOW, 'its expiry is another'],
  ['with one that cannot be told for want of a clock', MORTAL, { type: 'hash', left: 99_999 }, undefined, undefined],
])('a key that is %s', (_what, key, shown, now, want) => {
  expect(differenceOf(key, shown, now)).toBe(want);
});
