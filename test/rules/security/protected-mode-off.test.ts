import { expect, test } from 'vitest';
import rule from '../../../src/rules/security/protected-mode-off.ts';
import { said } from '../../support/scene.ts';
import { type Guarded, guarded, OPEN } from '../../support/security.ts';

test.each<[string, Guarded, string]>([
  ['off and open to others', { config: OPEN }, 'warning'],
  ['off on the loopback address', { config: { protected_mode: 'no' } }, 'info'],
  ['off and open in a place to test in', { config: OPEN, target: { environment: 'test' } }, 'info'],
  ['off with a password: it would do nothing', { config: OPEN, identity: { admitsAnyone: false } }, 'clear'],
  ['on', { config: { bind: '*' } }, 'clear'],
])('%s', (_what, guard, want) => {
  expect(said(rule, guarded(guard))).toBe(want);
});
