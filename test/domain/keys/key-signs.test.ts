import { expect, test } from 'vitest';
import { expiryBackSign, expirySign, goneSign, shorterSign, signSays } from '../../../src/domain/keys/key-signs.ts';

const forever = { key: 'k', bytes: 100, ttlMs: null };
const mortal = { key: 'k', bytes: 100, ttlMs: 90_000 };

test.each([
  // MEMORY USAGE, 0 where there is no such key.
  ['gone', goneSign(forever), 0, 'applied'],
  ['as large as it was', goneSign(forever), 100, 'not-applied'],
  ['half as large', goneSign(forever), 50, 'not-applied'],
  ['smaller: perhaps another one', goneSign(forever), 49, 'unclear'],
  ['one that had no size', goneSign({ ...forever, bytes: 0 }), 1, 'not-applied'],
  // PTTL.
  ['it expires', expirySign(forever, 60_000), 60_000, 'applied'],
  ['it expires just now', expirySign(forever, 60_000), 0, 'applied'],
  ['it never expires', expirySign(forever, 60_000), -1, 'not-applied'],
  ['it is not there any more', expirySign(forever, 60_000), -2, 'unclear'],
  ['it expires when it did', expirySign(mortal, 60_000), 60_001, 'not-applied'],
  ['somebody took its end away', expirySign(mortal, 60_000), -1, 'unclear'],
  ['it has no end again', expiryBackSign(forever, 60_000), -1, 'applied'],
  ['it has its end still', expiryBackSign(forever, 60_000), 59_000, 'not-applied'],
  ['it has its later end again', expiryBackSign(mortal, 60_000), 60_001, 'applied'],
  ['it has the sooner one still', expiryBackSign(mortal, 60_000), 60_000, 'not-applied'],
  // XLEN.
  ['the stream is shorter', shorterSign('k', 300), 299, 'applied'],
  ['the stream is as long as it was', shorterSign('k', 300), 300, 'not-applied'],
] as const)('%s', (_what, sign, reply, says) => expect(signSays(sign, reply)).toBe(says));
