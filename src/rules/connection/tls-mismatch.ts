import { defineRule } from '../../domain/rule.ts';
import { sentinelLogin } from '../../domain/target.ts';
import { blindSeverity, seen, unreadFor } from '../../domain/unread.ts';

/** TLS spoken to a plain port, plain text to a TLS port, or a certificate that is not trusted. */
export default defineRule({
  scope: 'target',
  needs: {},
  more:
    'The two sides do not agree on TLS: the port is plain while we speak TLS, or the reverse, or the certificate is ' +
    'expired, for another name or from an authority that is not trusted here. Compare redis:// and rediss://, the port ' +
    '(tls-port), and ca and servername of the target.',
  check: (_all, { snapshot }) =>
    unreadFor(snapshot, 'tls-mismatch').map((node) => {
      const { tls } = snapshot.sentinels.includes(node) ? sentinelLogin(snapshot.target) : snapshot.target;
      return {
        node: node.name,
        severity: blindSeverity(snapshot),
        headline: `TLS with ${node.name} failed`,
        evidence: seen(node, tls ? 'a TLS handshake' : 'plain text, as the target has no TLS'),
      };
    }),
});
