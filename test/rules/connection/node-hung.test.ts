import { expect, test } from 'vitest';
import rule from '../../../src/rules/connection/node-hung.ts';
import { said, scene } from '../../support/scene.ts';

const HUNG = { name: '10.0.0.1:6379', cause: 'hung' } as const;
const OTHER = { name: '10.0.0.2:6379', readings: [] };

test.each([
  ['the only server is critical', [HUNG], 'critical'],
  ['one of several, that nobody follows, is high', [HUNG, OTHER], 'high'],
  [
    'a member that only another server names is not ours to judge',
    [{ ...HUNG, origin: { reportedBy: OTHER.name, as: 'primary' as const } }, OTHER],
    'clear',
  ],
  ['a server that refuses connections is another finding', [{ ...HUNG, cause: 'unreachable' as const }], 'clear'],
])('%s', (_sentence, nodes, want) => {
  expect(said(rule, scene({ nodes }))).toBe(want);
});
