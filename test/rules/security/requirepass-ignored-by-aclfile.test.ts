import { expect, test } from 'vitest';
import requirepass from '../../../src/probes/requirepass.ts';
import rule from '../../../src/rules/security/requirepass-ignored-by-aclfile.ts';
import { said, saw } from '../../support/scene.ts';
import { guarded } from '../../support/security.ts';

const aclfile = '/etc/redis/users.acl';

test.each([
  ['both, and strangers are let in', aclfile, true, true, 'critical'],
  ['an ACL file alone', aclfile, false, true, 'clear'],
  ['both, and the file has the password too', aclfile, true, false, 'clear'],
  ['requirepass alone', '', true, true, 'clear'],
])('%s', (_what, file, isSet, admitsAnyone, want) => {
  const snapshot = guarded({
    config: { aclfile: file },
    identity: { admitsAnyone },
    also: [saw(requirepass, { isSet })],
  });
  expect(said(rule, snapshot)).toBe(want);
});

test('a closed CONFIG leaves it open', () => {
  const snapshot = guarded({ config: { aclfile }, also: [saw(requirepass, 'NOPERM: config|get')] });
  expect(said(rule, snapshot)).toBe('unassessed');
});
