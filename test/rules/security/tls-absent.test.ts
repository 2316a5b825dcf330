import { expect, test } from 'vitest';
import replication from '../../../src/probes/replication.ts';
import rule from '../../../src/rules/security/tls-absent.ts';
import { said, saw } from '../../support/scene.ts';
import { type Guarded, guarded } from '../../support/security.ts';

const behind = { identity: { admitsAnyone: false } };
const primary = [saw(replication, { role: 'master', connected_slaves: 1 })];

test.each<[string, Guarded, string]>([
  ['plain, for other hosts', { ...behind, config: { bind: '*' } }, 'info'],
  ['built without TLS', { ...behind, config: { bind: '*', tls_port: undefined } }, 'info'],
  ['plain, for this host', behind, 'clear'],
  ['other hosts are kept out by protected mode', { config: { bind: '*' } }, 'clear'],
  ['TLS', { ...behind, config: { bind: '*', tls_port: 6380, tls_replication: 'no' } }, 'clear'],
  [
    'TLS for clients only',
    { ...behind, config: { bind: '*', tls_port: 6380, tls_replication: 'no' }, also: primary },
    'info',
  ],
  ['TLS for all', { ...behind, config: { bind: '*', tls_port: 6380, tls_replication: 'yes' }, also: primary }, 'clear'],
])('%s', (_what, guard, want) => {
  expect(said(rule, guarded(guard))).toBe(want);
});
