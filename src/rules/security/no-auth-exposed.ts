import { powersOf } from '../../domain/acl-user.ts';
import { isForDevelopment } from '../../domain/environment.ts';
import type { Evidence } from '../../domain/finding.ts';
import { defineRule } from '../../domain/rule.ts';
import { type ReadNode, readingIfAny } from '../../domain/snapshot.ts';
import aclUsers from '../../probes/acl-users.ts';
import securityConfig, {
  isLoopback,
  listensBeyondLoopback,
  needsCertificate,
  servesOtherHosts,
} from '../../probes/security-config.ts';

/** A server for its own host is silent unless it is called production: developers have nothing else. */
export default defineRule({
  scope: 'node',
  needs: {},
  more:
    'Whoever reaches the port may read, change and delete everything, load code and write files as the server’s user: open servers are found and taken over within hours. ' +
    'Usually protected mode was switched off to make a connection work. ' +
    'Close the port in the firewall first. Then make a named user for each application, move the clients over, and only then set the default user to off: a password on it now locks every client out.',
  explains: ['protected-mode-off'],
  check(_readings, { node, target }) {
    const { admitsAnyone, provider } = node.identity;
    if (admitsAnyone === undefined) return { unassessed: 'it was not seen how the server meets a stranger' };
    if (!admitsAnyone || isHarmless(node)) return;
    const config = readingIfAny(node, securityConfig)?.now;
    // That it obeyed us from another host says the same as its settings.
    const exposed = config ? servesOtherHosts(config, node) : !isLoopback(node.address.host);
    if (!config && !exposed) return { unassessed: reasonOf(node) };
    if (config && needsCertificate(config)) return;
    const evidence: Evidence[] = [{ field: 'PING without a password', value: 'obeyed', expected: 'NOAUTH' }];
    if (config) {
      evidence.push({ field: 'bind', value: config.bind, expected: 'loopback, or a user with a password' });
      evidence.push({ field: 'protected-mode', value: config.protected_mode, expected: 'yes' });
    }
    if (exposed) {
      const severity = provider ? 'info' : isForDevelopment(target) ? 'warning' : 'critical';
      return {
        severity,
        headline: `${node.name} obeys anyone who reaches its port: it asks for no password`,
        evidence,
      };
    }
    if (!config || target.environment !== 'production') return;
    const only = listensBeyondLoopback(config, node) ? 'protected mode' : 'the loopback address';
    return {
      severity: 'info',
      headline: `${node.name} asks for no password: only ${only} keeps strangers out`,
      evidence,
    };
  },
});

/** The default user may ask who is there and nothing more. */
function isHarmless(node: ReadNode): boolean {
  const user = readingIfAny(node, aclUsers)?.now.find(({ name }) => name === 'default');
  return user ? user.noKey && powersOf(user).length === 0 : false;
}

function reasonOf(node: ReadNode): string {
  const outcome = node.outcomes.get(securityConfig);
  return outcome?.kind === 'unanswered' ? outcome.reason : 'bind and protected-mode were not asked';
}
