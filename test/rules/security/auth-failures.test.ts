import { expect, test } from 'vitest';
import type { Denial } from '../../../src/domain/denial.ts';
import aclLog from '../../../src/probes/acl-log.ts';
import errorStats from '../../../src/probes/error-stats.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/security/auth-failures.ts';
import { said, saw, scene } from '../../support/scene.ts';

function failed(count: number, more: Partial<Denial> = {}): Denial {
  return {
    reason: 'auth',
    count,
    ageSeconds: 5,
    username: 'shop',
    command: undefined,
    clientName: '',
    spanSeconds: undefined,
    ...more,
  };
}

function errors(count: number) {
  return saw(errorStats, { counts: new Map([['WRONGPASS', count]]) }, { counts: new Map() });
}

test.each<[string, Denial[], string]>([
  ['none', [], 'clear'],
  ['a typing mistake', [failed(1)], 'info'],
  ['nine', [failed(9)], 'info'],
  ['ten', [failed(4), failed(6, { username: 'cart' })], 'warning'],
  ['fifty', [failed(50)], 'critical'],
  ['an hour ago', [failed(500, { ageSeconds: 3600 })], 'clear'],
  ['commands that were denied are another matter', [failed(60, { reason: 'command' })], 'clear'],
])('%s: %#', (_what, log, want) => {
  expect(said(rule, scene({ nodes: [{ readings: [errors(0), saw(aclLog, log)] }] }))).toBe(want);
});

test.each<[string, number, number | undefined, string]>([
  ['the counter of 7.2', 0, 12, 'warning'],
  ['error replies before it', 60, undefined, 'critical'],
  ['too few to prove anything', 3, undefined, 'unassessed'],
])('without ACL LOG: %s', (_what, wrongpass, denied, want) => {
  const counter = (value: number | undefined) => ({ acl_access_denied_auth: value });
  const readings = [
    errors(wrongpass),
    saw(stats, counter(denied), counter(denied === undefined ? undefined : 0)),
    saw(aclLog, 'NOPERM: acl|log'),
  ];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});
