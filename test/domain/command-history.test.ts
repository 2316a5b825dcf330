import { expect, test } from 'vitest';
import { aclName, hasCommand, parseEngineVersion } from '../../src/domain/command-history.ts';

test.each([
  ['redis@7.0', { engine: 'redis', version: '7.0' }],
  ['redis@6.2.16', { engine: 'redis', version: '6.2.16' }],
  ['valkey@9.1', { engine: 'valkey', version: '9.1' }],
  ['redis@6.0', undefined],
  ['valkey@7.0', undefined],
  ['redis7.0', undefined],
  ['redis@latest', undefined],
  ['', undefined],
])('%j', (text, want) => {
  expect(parseEngineVersion(text)).toEqual(want);
});

test.each([
  ['redis', '6.2', 'config|get', true],
  ['redis', '6.2', 'client|no-evict', false],
  ['redis', '7.0.15', 'client|no-evict', true],
  ['redis', '7.0', 'client|no-touch', false],
  ['valkey', '7.2', 'client|no-touch', true],
  ['redis', '8.10', 'commandlog|get', false],
  ['valkey', '8.0', 'commandlog|get', false],
  ['valkey', '8.1', 'commandlog|get', true],
  ['valkey', '9.1', 'hotkeys|get', false],
  ['redis', '8.6', 'hotkeys|get', true],
] as const)('%s %s has %s: %s', (engine, version, name, want) => {
  expect(hasCommand({ engine, version }, name)).toBe(want);
});

test('a command by its name in the access control list', () => {
  expect(aclName(['CONFIG', 'GET'])).toBe('config|get');
  expect(aclName(['INFO'])).toBe('info');
});
