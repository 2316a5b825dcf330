import { expect, test } from 'vitest';
import { readAclUser } from '../../../src/domain/acl-user.ts';
import type { Target } from '../../../src/domain/target.ts';
import aclUsers from '../../../src/probes/acl-users.ts';
import rule from '../../../src/rules/security/app-user-dangerous-perms.ts';
import { said, saw, scene } from '../../support/scene.ts';

function users(lines: readonly string[], target: Partial<Target> = {}) {
  const now = ['user default on nopass ~* &* +@all', ...lines].map(readAclUser);
  return scene({ target, nodes: [{ readings: [saw(aclUsers, now)] }] });
}

test.each<[string, string, Partial<Target>, string]>([
  ['everything', 'user shop on ~* &* +@all', {}, 'info'],
  ['administration', 'user shop on ~* -@all +@read +@admin', {}, 'info'],
  ['scripts', 'user shop on ~* -@all +@read +eval', {}, 'info'],
  ['settings', 'user shop on ~* -@all +config|set', {}, 'info'],
  ['in a selector', 'user shop on ~* -@all +get (~x:* -@all +@all)', {}, 'info'],
  ['reads and writes', 'user shop on ~* -@all +@read +@write', {}, 'clear'],
  ['reads settings', 'user shop on ~* -@all +@read +config|get', {}, 'clear'],
  ['everything but what is dangerous and scripts', 'user shop on ~* +@all -@dangerous -@scripting', {}, 'clear'],
  ['nothing, as it is off', 'user shop off ~* +@all', {}, 'clear'],
  ['an administrator by name', 'user ops on ~* +@all', { adminUsers: ['ops'] }, 'clear'],
  ['the login that repairs', 'user medic-fix on -@all +config|set', { remediate: { username: 'medic-fix' } }, 'clear'],
])('%s', (_what, line, target, want) => {
  expect(said(rule, users([line], target))).toBe(want);
});

test('each user with what it may do', () => {
  const found = rule.assess('rule', users(['user shop on ~* -@all +config|set +debug', 'user cart on ~* +@all']));
  expect(found).toMatchObject([
    {
      headline: '2 users beside the administrators may change the server: shop, cart',
      evidence: [
        { field: 'ACL LIST shop', value: '+config|set +debug' },
        { field: 'ACL LIST cart', value: expect.stringContaining('+acl|setuser') },
      ],
    },
  ]);
});
