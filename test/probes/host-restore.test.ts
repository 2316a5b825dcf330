import { expect, test } from 'vitest';
import probe from '../../src/probes/host-restore.ts';
import { readHost } from '../support/host-answers.ts';

test('the backup that was put there and the program that checks it', () => {
  const seen = readHost(probe, { '{restore_file}': '1048576 1795800000\n', '{checker}': '/usr/bin/redis-check-rdb\n' });
  expect(seen).toEqual({
    backup: { bytes: 1048576, modifiedAt: 1795800000 },
    checker: '/usr/bin/redis-check-rdb',
  });
});

test('nothing was put there', () => {
  expect(readHost(probe, {})).toEqual({ backup: undefined, checker: undefined });
});
