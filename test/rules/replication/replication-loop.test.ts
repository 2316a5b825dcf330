import { expect, test } from 'vitest';
import rule from '../../../src/rules/replication/replication-loop.ts';
import { server } from '../../support/links.ts';
import { said, scene } from '../../support/scene.ts';

test.each([
  ['a chain', [server('a:1'), server('b:1', 'a:1'), server('c:1', 'b:1')], 'clear'],
  ['a lone primary', [server('a:1')], 'clear'],
  ['a replica whose primary was not read', [server('b:1', 'a:1')], 'clear'],
  ['two that follow each other', [server('a:1', 'b:1'), server('b:1', 'a:1')], 'critical'],
  ['two with a replica below', [server('a:1', 'b:1'), server('b:1', 'a:1'), server('c:1', 'b:1')], 'critical'],
  ['three in a ring', [server('a:1', 'c:1'), server('b:1', 'a:1'), server('c:1', 'b:1')], 'critical'],
  ['one that follows itself', [server('a:1', 'a:1')], 'critical'],
])('%s: %s', (_sentence, nodes, want) => {
  expect(said(rule, scene({ nodes }))).toBe(want);
});

test('two rings are two findings, each on its first member by name', () => {
  const nodes = [server('b:1', 'a:1'), server('a:1', 'b:1'), server('y:1', 'x:1'), server('x:1', 'y:1')];
  const found = rule.assess('x', scene({ nodes }));
  expect(found.map(({ node }) => node)).toEqual(['a:1', 'x:1']);
  expect(found[0]).toMatchObject({
    headline: 'a:1 and b:1 follow each other: none of them is the primary, and none accepts writes',
  });
});
