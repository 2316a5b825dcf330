import { expect, test } from 'vitest';
import rule from '../../../src/rules/replication/replica-chain-deep.ts';
import { server } from '../../support/links.ts';
import { said, scene } from '../../support/scene.ts';

const [a, b, c, d, e] = [
  server('a:1'),
  server('b:1', 'a:1'),
  server('c:1', 'b:1'),
  server('d:1', 'c:1'),
  server('e:1', 'd:1'),
];
const dead = { name: 'a:1', cause: 'unreachable' } as const;

test.each([
  ['a replica of the primary', [a, b], 'clear clear'],
  ['a replica of a replica', [a, b, c], 'clear clear info'],
  ['three links: only the end of the chain is told', [a, b, c, d], 'clear clear clear info'],
  ['four links', [a, b, c, d, e], 'clear clear clear clear warning'],
  ['below a primary that cannot be read', [dead, b, c], 'unassessed info'],
  ['a primary that cannot be read may be a replica itself', [dead, b], 'unassessed'],
  [
    'a ring is another finding',
    [server('a:1', 'b:1'), server('b:1', 'a:1'), server('c:1', 'b:1')],
    'clear clear clear',
  ],
])('%s', (_sentence, nodes, want) => {
  expect(said(rule, scene({ nodes }))).toBe(want);
});

test('the chain is named from its top', () => {
  const [, , found] = rule.assess('x', scene({ nodes: [a, b, c] }));
  expect(found).toMatchObject({ headline: 'This replica gets its data through 2 links: a:1 → b:1 → c:1' });
});
