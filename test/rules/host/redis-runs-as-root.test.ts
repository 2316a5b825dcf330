import { expect, test } from 'vitest';
import process from '../../../src/probes/host-process.ts';
import security from '../../../src/probes/security-config.ts';
import rule from '../../../src/rules/host/redis-runs-as-root.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each<[number | undefined, string | undefined, 'container' | undefined, string]>([
  [107, '* -::*', undefined, 'clear'],
  [0, '* -::*', undefined, 'high'],
  [0, '127.0.0.1 -::1', undefined, 'info'],
  [0, undefined, undefined, 'high'],
  [0, '* -::*', 'container', 'warning'],
  [undefined, '*', undefined, 'unassessed'],
])('user %s bound to %s (%s) is %s', (uid, bind, container, want) => {
  const readings = [
    saw(process, { uid, container }),
    saw(security, bind === undefined ? 'NOPERM: config|get' : { bind }),
  ];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});
