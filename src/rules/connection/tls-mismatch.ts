import { defineRule } from '../../domain/rule.ts';
import { sentinelLogin } from '../../domain/target.ts';
import { blindSeverity, seen, unreadFor } from '../../domain/unread.ts';

/** What the words of the TLS library come to, and what repairs it. */
const REASONS: readonly (readonly [words: RegExp, reason: string])[] = [
  [/certificate required/i, 'it wants a certificate of ours (cert and key)'],
  [/self.signed/i, 'its certificate is self-signed or of an authority of your own (ca)'],
  [/expired/i, 'its certificate has expired'],
  [/altnames/i, 'its certificate is for another name (servername)'],
  [/unable to (get|verify)/i, 'its certificate is of an authority that is not trusted here (ca)'],
  [/^the server (speaks TLS|answers without)/, 'one side speaks it and the other does not'],
];

function why(detail: string): string {
  const reason = REASONS.find(([words]) => words.test(detail))?.[1];
  return reason ? `: ${reason}` : '';
}

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
        headline: `TLS with ${node.name} failed${why(node.detail)}`,
        evidence: seen(node, tls ? 'a TLS handshake' : 'plain text, as the target has no TLS'),
      };
    }),
});
