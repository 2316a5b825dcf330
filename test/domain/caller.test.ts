import { expect, test } from 'vitest';
import { describeCaller, describeProgram, redactAddress } from '../../src/domain/caller.ts';

test.each([
  ['10.0.0.17:50112', '10.0.0.x:50112'],
  ['[fd00::1:2]:6000', '[fd00::1:x]:6000'],
  ['::1:6000', '::x:6000'],
  ['/run/redis/redis.sock:0', 'a unix socket'],
  ['', 'an unknown address'],
  ['db.internal.example:6379', 'an unknown address'],
])('%s is shown as %s', (address, shown) => {
  expect(redactAddress(address)).toBe(shown);
});

test('a name stands beside the address, on one line and not too long', () => {
  expect(describeCaller('10.0.0.17:50112', '')).toBe('10.0.0.x:50112');
  expect(describeCaller('10.0.0.17:50112', 'worker-7')).toBe('10.0.0.x:50112 (worker-7)');
  expect(describeCaller('10.0.0.17:50112', 'a\nb\u202ec')).toBe('10.0.0.x:50112 (a b c)');
  expect(describeCaller('', 'x'.repeat(99))).toHaveLength('an unknown address ()'.length + 48);
});

test.each([
  ['10.0.0.17:50112', 'cron', 'cron at 10.0.0.x (user app)'],
  ['10.0.0.17:50112', '', '10.0.0.x (user app)'],
  ['10.0.0.18:50113', 'cron', 'cron at 10.0.0.x'],
  ['10.0.0.19:50114', '', '10.0.0.x'],
  ['[fd00::1:2]:6000', '', '[fd00::1:x]'],
])('the program at %s named "%s" is %s, whatever its port', (address, name, shown) => {
  const clients = [
    { addr: '10.0.0.17:50112', name: 'cron', user: 'app' },
    { addr: '10.0.0.18:50113', name: 'cron', user: 'default' },
  ];
  expect(describeProgram(address, name, clients)).toBe(shown);
});
