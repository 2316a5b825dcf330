import { expect, test } from 'vitest';
import probe from '../../src/probes/host-log.ts';
import { hostText, readHost } from '../support/host-answers.ts';

const LOG = hostText('log-of-a-truncated-aof');

test('what the server wrote since its last start', () => {
  expect(readHost(probe, { tail: LOG })).toEqual({
    pids: [7790, 8086],
    truncated: expect.stringContaining('appendonly.aof.1.incr.aof loaded anyway because aof-load-truncated is enabled'),
    forkFailed: undefined,
    writeFailed: undefined,
    childKilled: undefined,
  });
});

test('a log that began before its end is read from its first line', () => {
  const end = LOG.split('\n').slice(1, 4).join('\n');
  expect(readHost(probe, { journalctl: end })).toMatchObject({
    forkFailed: "7790:M 28 Nov 2026 01:11:00.109 # Can't save in background: fork: Cannot allocate memory",
    childKilled: expect.stringContaining('terminated by signal 9'),
  });
});

test.each([{}, { journalctl: '' }])('a log that may not be read is a reason: %j', (answers) => {
  expect(() => readHost(probe, answers)).toThrow(
    'the log of the server may not be read: permission denied: {log_file}',
  );
});
