import { expect, test } from 'vitest';
import { evidenceFor, judgeRivals, type Rival, writtenAlone } from '../../src/domain/rivals.ts';
import { readNodes } from '../../src/domain/snapshot.ts';
import { group, primary } from '../support/planning.ts';

const [node] = readNodes(group([primary()]));
if (!node) throw new Error('no node');
const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const NONE = '0'.repeat(40);
const link = { master_replid: A, master_replid2: NONE, master_repl_offset: 1000, second_repl_offset: -1 };
const rival = (over: Partial<Rival> = {}): Rival => ({
  node,
  keys: 10,
  replicas: 0,
  clients: 3,
  wrote: undefined,
  link,
  ...over,
});

test.each<[string, Partial<Rival>, Partial<Rival>, 'one' | 'other' | 'neither']>([
  ['more replicas', { replicas: 1 }, {}, 'one'],
  ['more clients', {}, { clients: 4 }, 'other'],
  ['writes and clients against keys', { wrote: true, clients: 9 }, { wrote: false, keys: 99 }, 'one'],
  ['equals', {}, {}, 'neither'],
  ['one measure each', { replicas: 1 }, { keys: 11 }, 'neither'],
])('%s: %o, %o', (_what, one, other, stays) => {
  const [first, second] = [rival(one), rival(other)];
  const judged = judgeRivals(first, second);
  expect(judged?.survivor === first ? 'one' : judged?.survivor === second ? 'other' : 'neither').toBe(stays);
});

test('what speaks for it, in words', () =>
  expect(evidenceFor(rival({ wrote: false }))).toBe(
    '10.0.0.1:6379: 0 replicas, 3 connections of applications, 10 keys, takes no writes',
  ));

test.each([
  [
    'a promoted one counts from its promotion',
    { ...link, master_replid: B, master_replid2: A, second_repl_offset: 901 },
    link,
    100,
  ],
  [
    'the old primary from the promotion of the other',
    link,
    { ...link, master_replid: B, master_replid2: A, second_repl_offset: 901 },
    100,
  ],
  [
    'two promoted ones from the first of both',
    { ...link, master_replid2: B, second_repl_offset: 801 },
    { ...link, master_replid: B, master_replid2: B, second_repl_offset: 901 },
    200,
  ],
  ['strangers cannot tell', link, { ...link, master_replid: B }, undefined],
])('%s', (_what, own, other, alone) => expect(writtenAlone(rival({ link: own }), rival({ link: other }))).toBe(alone));
