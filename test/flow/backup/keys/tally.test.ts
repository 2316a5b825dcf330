import { expect, test } from 'vitest';
import { Tally } from '../../../../src/flow/backup/keys/tally.ts';

const MIB = 1024 * 1024;

test('what became of each key, and nothing of what there is none', () => {
  const tally = new Tally();
  expect(tally.told()).toBe('0 keys put back (0 B)');
  Object.assign(tally, { restored: 10, restoredBytes: 2 * MIB, kept: 3, expired: 2, foreign: 7, ofModules: 1 });
  Object.assign(tally, { libraries: 1, librariesKept: 1, readBack: 4, different: 1 });
  expect(tally.told()).toBe(
    '10 keys put back (2 MiB), 3 were there and kept, 2 have expired since, 7 are of slots of other nodes, 1 are of modules, ' +
      '1 libraries of functions put back, 1 libraries were there and kept; 3 of 4 read back are the same',
  );
  expect(tally.missing(MIB)).toBeUndefined();
});

test('what should be there and is not: the first are named, as text', () => {
  const tally = new Tally();
  for (let at = 0; at < 7; at += 1) tally.tooLarge(Buffer.from(`big\n${at}`), (at + 2) * MIB);
  tally.moved = 4;
  expect(tally.missing(MIB)).toBe(
    'not all keys are back. 7 are larger than the 1 MiB that are carried: "big 0" (2 MiB), "big 1" (3 MiB), "big 2" (4 MiB), ' +
      '"big 3" (5 MiB), "big 4" (6 MiB) and 2 more; 4 are of slots that moved to another node meanwhile: use the same backup there',
  );
  tally.tooLarge(undefined, undefined);
  expect(tally.told()).toContain('4 are of slots that moved meanwhile, 8 are too large');
});
