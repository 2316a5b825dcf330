import { defineRule } from '../../domain/rule.ts';
import { readingOf } from '../../domain/snapshot.ts';
import requirepass from '../../probes/requirepass.ts';
import securityConfig from '../../probes/security-config.ts';

export default defineRule({
  scope: 'node',
  needs: { securityConfig },
  more:
    'The configuration sets requirepass and an ACL file. The file is read last and says nothing of a password for the default user, so there is none: the server obeys anyone. ' +
    'Put the password into the ACL file (user default on >…), or set the default user to off there, and run ACL LOAD.',
  explains: ['no-auth-exposed', 'protected-mode-off'],
  check({ securityConfig: { now } }, { node }) {
    if (!now.aclfile || node.identity.admitsAnyone === false) return;
    if (!readingOf(node, requirepass).now.isSet) return;
    return {
      severity: 'critical',
      headline: `${node.name} ignores its requirepass: the ACL file lets the default user in without a password`,
      evidence: [
        { field: 'requirepass', value: 'set', expected: 'not beside an ACL file' },
        { field: 'aclfile', value: now.aclfile, expected: 'a file with the password of the default user' },
        { field: 'PING without a password', value: 'obeyed', expected: 'NOAUTH' },
      ],
    };
  },
});
