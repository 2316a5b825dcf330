import { expect, test } from 'vitest';
import { refusal } from '../../../src/io/host/refusal.ts';

test.each([
  [
    "head: cannot open '/etc/redis/redis.conf' for reading: Permission denied",
    ['read', '/etc/redis/redis.conf'],
    'permission denied: /etc/redis/redis.conf',
  ],
  ["Error: EACCES: permission denied, open '/a'", ['read', '/a'], 'permission denied: /a'],
  ["stat: cannot statx '/a': No such file or directory", ['stat', '-c', '%a', '/a'], 'no such file: /a'],
  ['head: error reading /proc/9/limits: No such process', ['read', '/proc/9/limits'], 'no such file: /proc/9/limits'],
  ['sh: 1: systemctl: not found', ['systemctl', 'show', 'a'], 'the host has no systemctl'],
  ['bash: line 3: rpm: command not found', ['rpm', '-q'], 'the host has no rpm'],
  [
    'No journal files were opened due to insufficient permissions.\nmore',
    ['journalctl', '-k'],
    'permission denied: journalctl',
  ],
  ['', ['pgrep', 'x'], 'pgrep failed'],
])('%j is told in one form', (said, question, want) => {
  expect(refusal(said, question).message).toBe(want);
});
