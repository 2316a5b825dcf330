import { expect, test } from 'vitest';
import type { ReadNode } from '../../src/domain/snapshot.ts';
import probe, { isLoopback, listensBeyondLoopback, servesOtherHosts } from '../../src/probes/security-config.ts';
import { identityOf } from '../support/captured.ts';

const ASKED = ['requirepass', 'masterauth', 'tls-key-file-pass', 'masteruser'];

test('no password is among what is asked', () => {
  expect(Object.keys(probe.fields).filter((field) => ASKED.includes(field.replaceAll('_', '-')))).toEqual([]);
});

test.each([
  ['127.0.0.1', true],
  ['-::1', true],
  ['localhost', true],
  ['127.0.1.7', true],
  ['*', false],
  ['-::*', false],
  ['0.0.0.0', false],
  ['10.0.0.1', false],
  ['::1234', false],
])('%s is loopback: %s', (address, want) => {
  expect(isLoopback(address)).toBe(want);
});

test.each([
  ['127.0.0.1 -::1', 'no', true, false, false],
  ['127.0.0.1 10.0.0.5', 'no', true, true, true],
  ['* -::*', 'yes', true, true, false],
  ['* -::*', 'yes', false, true, true],
])('bind %s, protected-mode %s, open %s', (bind, mode, admitsAnyone, listens, serves) => {
  const node = { identity: { ...identityOf('redis-7.0.15'), admitsAnyone } } as ReadNode;
  const config = probe.read([['bind', bind, 'protected-mode', mode]], node.identity);
  expect(listensBeyondLoopback(config, node)).toBe(listens);
  expect(servesOtherHosts(config, node)).toBe(serves);
});
