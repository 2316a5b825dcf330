import { expect, test } from 'vitest';
import rule from '../../../src/rules/connection/node-unreachable.ts';
import { said, scene } from '../../support/scene.ts';

const DOWN = { name: '10.0.0.1:6379', cause: 'unreachable', detail: 'connect ECONNREFUSED 10.0.0.1:6379' } as const;
const OTHER = { name: '10.0.0.2:6379', readings: [] };

test.each([
  ['the only server is critical', [DOWN], 'critical'],
  [
    'the primary that a replica follows is critical',
    [DOWN, { ...OTHER, role: 'replica' as const, identity: { primary: { host: '10.0.0.1', port: 6379 } } }],
    'critical',
  ],
  ['a member that nobody follows, while others answer, is high', [DOWN, OTHER], 'high'],
  [
    'a member that only another server names is not ours to judge',
    [{ ...DOWN, origin: { reportedBy: OTHER.name, as: 'replica' as const } }, OTHER],
    'clear',
  ],
  ['a server that hangs is another finding', [{ ...DOWN, cause: 'hung' as const }], 'clear'],
])('%s', (_sentence, nodes, want) => {
  expect(said(rule, scene({ nodes }))).toBe(want);
});

test('the headline names the address and what was seen', () => {
  expect(rule.assess('x', scene({ nodes: [DOWN] }))).toMatchObject([
    { node: '10.0.0.1:6379', headline: '10.0.0.1:6379 cannot be reached: connect ECONNREFUSED 10.0.0.1:6379' },
  ]);
});

test.each([
  ['one Sentinel of several', [{ name: '10.0.1.2:26379', readings: [] }], 'warning'],
  ['the only Sentinel, without which no server is known', [], 'critical'],
])('%s that is named in the target', (_what, others, want) => {
  const sentinel = { ...DOWN, name: '10.0.1.1:26379', detail: 'connect ECONNREFUSED 10.0.1.1:26379' };
  const snapshot = scene({ nodes: others.length > 0 ? [OTHER] : [], sentinels: [sentinel, ...others] });
  expect(said(rule, snapshot)).toBe(want);
  expect(rule.assess('x', snapshot)).toMatchObject([
    { headline: 'The Sentinel 10.0.1.1:26379 cannot be reached: connect ECONNREFUSED 10.0.1.1:26379' },
  ]);
});
