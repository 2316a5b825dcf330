import { expect, test } from 'vitest';
import type { ServerIdentity } from '../../../src/domain/server.ts';
import rule from '../../../src/rules/config/version-eol.ts';
import { said, scene } from '../../support/scene.ts';

function on(day: string, identity: Partial<ServerIdentity>) {
  return { ...scene({ nodes: [{ readings: [], identity }] }), takenAt: Date.parse(day) };
}

test.each<[string, string, Partial<ServerIdentity>, string]>([
  ['Redis 7.0 is past', '2026-11-28', { version: '7.0.15' }, 'info'],
  ['Redis 6.0 is older than what is known', '2026-11-28', { version: '6.0.16' }, 'info'],
  ['Redis 8.0 within 180 days', '2026-07-01', { version: '8.0.6' }, 'info'],
  ['Redis 8.0 before', '2026-05-01', { version: '8.0.6' }, 'clear'],
  ['Redis 8.0 after', '2027-01-01', { version: '8.0.6' }, 'info'],
  ['Redis 7.4 has years', '2026-11-28', { version: '7.4.1' }, 'clear'],
  ['Redis 8.4 has no date yet', '2026-11-28', { version: '8.4.0' }, 'clear'],
  ['Redis of tomorrow', '2026-11-28', { version: '9.0.0' }, 'unassessed'],
  ['Valkey 8.0', '2026-11-28', { engine: 'valkey', version: '8.0.1' }, 'clear'],
  ['Valkey 8.0 near its end', '2027-06-01', { engine: 'valkey', version: '8.0.1' }, 'info'],
  [
    'a service keeps its own dates',
    '2026-11-28',
    { version: '7.0.7', provider: { id: 'elasticache', by: '' } },
    'clear',
  ],
])('%s', (_what, day, identity, want) => {
  expect(said(rule, on(day, identity))).toBe(want);
});

test('the headline says how long', () => {
  const [found] = rule.assess('rule', on('2026-10-02', { version: '8.0.6' }));
  expect(found).toMatchObject({
    headline: '127.0.0.1:6379 runs Redis 8.0, which gets fixes for 60 d more from its project',
    evidence: [{ value: '8.0.6' }, { value: '2026-12-01' }],
  });
});
