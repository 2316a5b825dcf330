import { expect, test } from 'vitest';
import process from '../../../src/probes/host-process.ts';
import security from '../../../src/probes/security-config.ts';
import rule from '../../../src/rules/host/redis-runs-as-root.ts';
import { said, saw, scene } from '../../support/scene.ts';

test('protected mode keeps other machines out, as long as it asks for no password', () => {
  const readings = [saw(process, { uid: 0 }), saw(security, { bind: '*', protected_mode: 'yes' })];
  const node = (admitsAnyone: boolean) => ({ readings, identity: { admitsAnyone } });
  expect(said(rule, scene({ nodes: [node(true)] }))).toBe('info');
  expect(said(rule, scene({ nodes: [node(false)] }))).toBe('high');
});

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
