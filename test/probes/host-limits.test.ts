import { expect, test } from 'vitest';
import probe from '../../src/probes/host-limits.ts';
import { hostText, readHost } from '../support/host-answers.ts';

test('the limits of a process', () => {
  expect(readHost(probe, { '/limits': hostText('limits-of-a-shell') })).toEqual({
    nofile: 1024,
    nofileHard: 1_048_576,
    processes: 96_365,
    lockedMemory: 8_388_608,
  });
});

test('no limit is none', () => {
  expect(
    readHost(probe, { '/limits': 'Max open files            unlimited            unlimited            files\n' }),
  ).toMatchObject({
    nofile: Number.POSITIVE_INFINITY,
    processes: undefined,
  });
});
