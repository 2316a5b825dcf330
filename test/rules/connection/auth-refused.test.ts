import { expect, test } from 'vitest';
import rule from '../../../src/rules/connection/auth-refused.ts';
import { said, scene } from '../../support/scene.ts';

const OTHER = { name: '10.0.0.2:6379', readings: [] };

test.each([
  ['auth-refused', 'refuses the username or password'],
  ['no-permission', 'does not let it read INFO'],
  ['protected-mode', 'protected mode'],
] as const)('%s has words of its own', (cause, words) => {
  const [found] = rule.assess('x', scene({ nodes: [{ cause }] }));
  expect(found).toMatchObject({ kind: 'found', severity: 'high', headline: expect.stringContaining(words) });
});

test('one of several is a warning: the others were read', () => {
  expect(said(rule, scene({ nodes: [{ name: '10.0.0.1:6379', cause: 'auth-refused' }, OTHER] }))).toBe('warning');
});

test('a server without a login for us is another finding', () => {
  expect(said(rule, scene({ nodes: [{ cause: 'auth-required' }] }))).toBe('clear');
});

test('an INFO of another name is no matter of users', () => {
  const detail = "ERR unknown command 'INFO', with args beginning with: 'everything'";
  const [found] = rule.assess('x', scene({ nodes: [{ cause: 'no-permission', detail }] }));
  expect(found).toMatchObject({ severity: 'high', headline: expect.stringContaining('knows no command INFO') });
});
