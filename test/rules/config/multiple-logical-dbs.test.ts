import { expect, test } from 'vitest';
import keyspace from '../../../src/probes/keyspace.ts';
import rule from '../../../src/rules/config/multiple-logical-dbs.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each([
  ['none', [], 'standalone', 'clear'],
  ['one, whichever', [[3, 10]], 'standalone', 'clear'],
  [
    'two',
    [
      [0, 10],
      [1, 5],
    ],
    'standalone',
    'info',
  ],
  [
    'one and an empty one',
    [
      [0, 10],
      [1, 0],
    ],
    'standalone',
    'clear',
  ],
  [
    'a cluster of Valkey 9',
    [
      [0, 10],
      [1, 5],
    ],
    'cluster',
    'clear',
  ],
] as const)('%s', (_what, databases, mode, want) => {
  const reading = { databases: databases.map(([index, keys]) => ({ index, keys, expires: 0 })) };
  expect(said(rule, scene({ nodes: [{ readings: [saw(keyspace, reading)], identity: { mode } }] }))).toBe(want);
});
