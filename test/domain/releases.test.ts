import { expect, test } from 'vitest';
import { lacks, lineName, RELEASES_AS_OF, supportOf } from '../../src/domain/releases.ts';
import type { Engine, ServerIdentity } from '../../src/domain/server.ts';
import { identityOf } from '../support/captured.ts';

function server(engine: Engine, version: string): ServerIdentity {
  return { ...identityOf('redis-7.0.15'), engine, version };
}

test.each([
  ['redis', '8.0.6', '2026-11-30', { kind: 'ends', on: '2026-12-01', days: 1 }],
  ['redis', '8.0.6', '2026-12-01', { kind: 'ended', on: '2026-12-01' }],
  ['redis', '7.0.15', '2026-12-01', { kind: 'ended' }],
  ['redis', '8.10.0', '2026-12-01', { kind: 'lasts' }],
  ['redis', '8.12.0', '2026-12-01', { kind: 'unknown' }],
  ['valkey', '9.0.0', '2026-12-01', { kind: 'ends', on: '2028-10-31', days: 700 }],
] as const)('%s %s on %s', (engine, version, day, want) => {
  expect(supportOf(server(engine, version), Date.parse(day))).toEqual(want);
});

test('Valkey is judged by its own number, not by the Redis it is compatible with', () => {
  expect(lineName(identityOf('valkey-8.1.1'))).toBe('8.1');
  expect(lacks(identityOf('valkey-9.1.2'))).toBeUndefined();
});

test('the data say of which day they are', () => {
  expect(Date.parse(RELEASES_AS_OF)).toBeGreaterThan(Date.parse('2026-01-01'));
});
