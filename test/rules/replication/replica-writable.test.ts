import { expect, test } from 'vitest';
import replication from '../../../src/probes/replication.ts';
import rule from '../../../src/rules/replication/replica-writable.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each([
  ['slave', 0, 'high'],
  ['slave', 1, 'clear'],
  ['master', undefined, 'clear'],
])('role %s with slave_read_only %s: %s', (role, slave_read_only, want) => {
  expect(said(rule, scene({ nodes: [{ readings: [saw(replication, { role, slave_read_only })] }] }))).toBe(want);
});
