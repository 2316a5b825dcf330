import { expect, test } from 'vitest';
import type { Command } from '../../src/domain/command.ts';
import { neverSet, SETTABLE, whyNotTaken } from '../../src/domain/settable.ts';

test.each<[Command, boolean]>([
  [['CONFIG', 'SET', 'maxmemory', '1'], true],
  [['CONFIG', 'SET', 'maxmemory', 'dir'], true],
  [['CONFIG', 'GET', 'dir'], true],
  [['CONFIG', 'REWRITE'], true],
  [['BGSAVE'], true],
  [['CONFIG', 'SET', 'dir', '/anywhere'], false],
  [['config', 'set', 'DIR', '/anywhere'], false],
  [['CONFIG', 'SET', 'maxmemory', '1', 'dbfilename', 'authorized_keys'], false],
  [['CONFIG', 'SET', 'requirepass', 'x'], false],
  [['CONFIG', 'SET', 'masterauth', 'x'], false],
])('%j may be sent: %s', (command, may) => expect(neverSet(command) === undefined).toBe(may));

test.each([
  ['repl-timeout', '10', true],
  ['repl-timeout', '9', false],
  ['repl-timeout', '3601', false],
  ['repl-timeout', '1e3', false],
  ['repl-timeout', '', false],
  ['repl-diskless-load', 'swapdb', true],
  ['repl-diskless-load', 'SWAPDB', false],
])('%s takes "%s": %s', (parameter, value, taken) => {
  const settable = SETTABLE[parameter];
  expect(settable && whyNotTaken(settable, value) === undefined).toBe(taken);
});
