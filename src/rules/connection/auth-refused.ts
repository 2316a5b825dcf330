import { defineRule } from '../../domain/rule.ts';
import type { UnreadCause, UnreadNode } from '../../domain/snapshot.ts';
import { blindSeverity, seen, unreadFor } from '../../domain/unread.ts';

interface Wording {
  headline(node: UnreadNode): string;
  expected: string;
}

/** Without INFO, whatever it is called there, nothing is known of a server. */
const UNKNOWN = /^(ERR )?unknown command/i;

const WORDINGS: Partial<Record<UnreadCause, Wording>> = {
  'auth-refused': {
    headline: (node) => `${node.name} refuses the username or password that we were given`,
    expected: 'credentials that the server accepts',
  },
  'no-permission': {
    headline: (node) =>
      UNKNOWN.test(node.detail)
        ? `${node.name} knows no command INFO: it was renamed or switched off`
        : `${node.name} knows our user but does not let it read INFO`,
    expected: 'INFO under its own name, and a user that may run it',
  },
  'protected-mode': {
    headline: (node) => `${node.name} is in protected mode and refuses connections from other machines`,
    expected: 'a server with a password, or a connection over loopback',
  },
};

/** We may not look: wrong credentials, a user without the right to INFO, or protected mode. Never read on as `default`. */
export default defineRule({
  scope: 'target',
  needs: {},
  more:
    'The server runs, but it does not let us in, so nothing is known of its health. Check the username, the password ' +
    'and whether it was rotated, and compare the ACL of the user with the one in README, "Least privilege"; protected mode ' +
    'ends with a password on the default user.',
  check: (_all, { snapshot }) =>
    unreadFor(snapshot, 'auth-refused', 'no-permission', 'protected-mode').flatMap((node) => {
      const wording = WORDINGS[node.cause];
      if (!wording) return [];
      return {
        node: node.name,
        severity: blindSeverity(snapshot),
        headline: wording.headline(node),
        evidence: seen(node, wording.expected),
      };
    }),
});
