import { defineRule } from '../../domain/rule.ts';
import { blindSeverity, seen, unreadFor } from '../../domain/unread.ts';

/** The server wants a password and we have none for it. */
export default defineRule({
  scope: 'target',
  needs: {},
  more:
    'The server runs, but it tells nothing to a client that has not logged in, and no credentials are configured for ' +
    'it. Give the target a username and password (in a URL: redis://user:password@host:port); README, ' +
    '"Least privilege", has the least that such a user needs.',
  check: (_all, { snapshot }) =>
    unreadFor(snapshot, 'auth-required').map((node) => ({
      node: node.name,
      severity: blindSeverity(snapshot),
      headline: `${node.name} asks for a login and there are no credentials for it`,
      evidence: seen(node, 'an answer without a login'),
    })),
});
