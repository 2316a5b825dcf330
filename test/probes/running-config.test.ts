import { expect, test } from 'vitest';
import { parseInfo } from '../../src/domain/info.ts';
import probe from '../../src/probes/running-config.ts';
import { identityOf } from '../support/captured.ts';
import { plainTarget } from '../support/target.ts';

const LOOKED_AT = plainTarget({ host: { kind: 'local' } });

test('no secret is among what is asked, and nothing is asked where no host is looked at', () => {
  const server = identityOf('redis-7.0.15');
  const [command] = [probe.commands(server, parseInfo(''), LOOKED_AT)].flat();
  expect(command).toEqual(expect.arrayContaining(['CONFIG', 'GET', 'maxmemory', 'save']));
  expect(JSON.stringify(command)).not.toMatch(/pass|auth|masteruser/);
  expect(probe.commands(server, parseInfo(''), plainTarget())).toEqual(expect.any(String));
});

test('6.2 is asked one by one', () => {
  const commands = probe.commands(identityOf('redis-6.2.16'), parseInfo(''), LOOKED_AT);
  expect(commands[0]).toEqual(['CONFIG', 'GET', 'maxmemory']);
});

test('what was answered, by its own name', () => {
  const seen = probe.read([['maxmemory', '100', 'save', '']], identityOf('redis-7.0.15'));
  expect([...seen]).toEqual([
    ['maxmemory', '100'],
    ['save', ''],
  ]);
});
