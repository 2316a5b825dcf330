import { expect, test } from 'vitest';
import probe from '../../src/probes/host-aof-check.ts';
import { hostText, readHost } from '../support/host-answers.ts';

const SAME = { '/exe': '2387088\n', '/redis-check-aof': '2387088\n' };

test.each([
  ['a sound file', hostText('check-aof-of-a-sound-file'), undefined],
  ['a sound file of 6.2', 'AOF analyzed: size=90, ok_up_to=90, ok_up_to_line=20, diff=0\nAOF is valid\n', undefined],
  [
    'a damaged file',
    hostText('check-aof-of-a-damaged-file'),
    { file: 'appendonly.aof.1.incr.aof', soundUpTo: 99, said: "Expected prefix '$', got: 'X'" },
  ],
  [
    'a damaged snapshot at its head',
    'Start to check BASE AOF (RDB format).\n[offset 0] Checking RDB file a\n--- RDB ERROR DETECTED ---\n[offset 89] RDB CRC error\n',
    { file: '', said: 'RDB CRC error' },
  ],
])('%s', (_what, said, damage) => {
  expect(readHost(probe, { ...SAME, 'redis-check-aof {small_aof}': said })).toEqual({ damage });
});

test('the tool of another build is not believed', () => {
  const other = {
    ...SAME,
    '/redis-check-aof': '111\n',
    'redis-check-aof {small_aof}': hostText('check-aof-of-a-damaged-file'),
  };
  expect(() => readHost(probe, other)).toThrow('no redis-check-aof of the same build as the server');
  expect(() => readHost(probe, {})).toThrow('permission denied: /proc/{pid}/exe');
});

test('a Valkey server has a tool of its own', () => {
  const answers = {
    '/exe': '5\n',
    '/valkey-check-aof': '5\n',
    'valkey-check-aof {small_aof}': hostText('check-aof-of-a-sound-file'),
  };
  expect(readHost(probe, answers)).toEqual({ damage: undefined });
});

test('a tool that breaks off gives no verdict', () => {
  expect(() =>
    readHost(probe, { ...SAME, 'redis-check-aof {small_aof}': 'Cannot open file a: No such file\n' }),
  ).toThrow('redis-check-aof gave no verdict: Cannot open file a: No such file');
});
