import { expect, test } from 'vitest';
import rule from '../../../src/rules/cluster/cluster-endpoint-stale.ts';
import { clusterScene, LETTERS, type Members } from '../../support/cluster-scene.ts';
import { said } from '../../support/scene.ts';

/** All but one see a node like this. */
function othersSee(letter: string, looks: object): Members {
  const others = LETTERS.filter((other) => other !== letter);
  return Object.fromEntries(others.map((other) => [other, { sees: { [letter]: looks } }]));
}

const OLD = { at: '10.9.9.9:6379' };

test.each<[string, Members, string]>([
  ['every address leads to its node', {}, 'clear'],
  ['an old id at the address of a living node', othersSee('9', { at: '10.0.0.1:6379', flags: 'fail' }), 'high'],
  ['an old id without an address', othersSee('9', { at: '', flags: 'fail,noaddr' }), 'high'],
  [
    'one that still owns slots has failed, and is not just stale',
    othersSee('9', { at: '', flags: 'fail,noaddr', slots: '7' }),
    'clear',
  ],
  ['a second id that is still being met', othersSee('9', { at: '10.0.0.1:6379', flags: 'handshake' }), 'clear'],
  ['its peers look for it where it was before, in vain', othersSee('a', { ...OLD, flags: 'fail' }), 'high'],
  ['its peers know another address of it, which works for them', othersSee('a', OLD), 'clear'],
  ['a dead node is no stale address', { a: { dead: true, flags: 'fail' } }, 'clear'],
])('%s', (_sentence, members, want) => {
  expect(said(rule, clusterScene(members))).toBe(want);
});

test('the old address and the ghost are named', () => {
  expect(rule.assess('x', clusterScene(othersSee('a', { ...OLD, flags: 'fail' })))).toMatchObject([
    { node: '10.0.0.1:6379', headline: 'The cluster looks for 10.0.0.1:6379 at 10.9.9.9:6379, where it is not' },
  ]);
  expect(rule.assess('x', clusterScene(othersSee('9', { at: '10.0.0.1:6379', flags: 'fail' })))).toMatchObject([
    {
      node: '10.0.0.1:6379',
      headline: 'The cluster still counts on node 99999999 at 10.0.0.1:6379, where another node lives',
    },
  ]);
});

test('a node that its peers do not know answers where they look for another', () => {
  const knows = { sees: { '9': { at: '10.0.0.6:6379', follows: 'c' }, f: false } } as const;
  const alone = { sees: { a: false, b: false, c: false, d: false, e: false } } as const;
  expect(rule.assess('x', clusterScene({ a: knows, b: knows, c: knows, d: knows, e: knows, f: alone }))).toMatchObject([
    {
      node: '10.0.0.6:6379',
      headline: 'At 10.0.0.6:6379, where the cluster looks for node 99999999, answers one that it does not know',
      evidence: [{ value: 'ffffffff' }, { value: '1', expected: '6' }],
    },
  ]);
});

test('a loopback address is wrong for everybody who is reached by another', () => {
  const scene = clusterScene({ a: { sees: { a: { at: '127.0.0.1:6379' } } } });
  expect(rule.assess('x', scene)).toMatchObject([
    {
      node: '10.0.0.1:6379',
      headline: '1 of 6 nodes announce a loopback address, which sends every client to its own machine',
    },
  ]);
  const machine: Members = Object.fromEntries(LETTERS.map((letter, at) => [letter, { at: `127.0.0.1:${7000 + at}` }]));
  expect(said(rule, clusterScene(machine))).toBe('clear');
});
