import { expect, test } from 'vitest';
import rule from '../../../src/rules/security/debug-or-protected-configs-enabled.ts';
import { said } from '../../support/scene.ts';
import { type Guarded, guarded, OPEN } from '../../support/security.ts';

test.each<[string, Guarded, string]>([
  ['all off', { config: { enable_debug_command: 'no', enable_protected_configs: 'no' } }, 'clear'],
  ['6.2 has none of them', {}, 'clear'],
  ['for this host only', { config: { ...OPEN, enable_debug_command: 'local' } }, 'info'],
  [
    'for all, with a password',
    { config: { bind: '*', enable_debug_command: 'yes' }, identity: { admitsAnyone: false } },
    'high',
  ],
  ['for all, open', { config: { ...OPEN, enable_protected_configs: 'yes' } }, 'high'],
  ['modules for all', { config: { ...OPEN, enable_module_command: 'yes' } }, 'high'],
  ['for all who reach the loopback address', { config: { enable_debug_command: 'yes' } }, 'info'],
  ['for all whom protected mode lets in', { config: { bind: '*', enable_debug_command: 'yes' } }, 'info'],
  [
    'in a place to test in',
    { config: { ...OPEN, enable_debug_command: 'yes' }, target: { environment: 'ci' } },
    'warning',
  ],
])('%s', (_what, guard, want) => {
  expect(said(rule, guarded(guard))).toBe(want);
});
