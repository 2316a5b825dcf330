import { defineRule } from '../../domain/rule.ts';
import { readingIfAny } from '../../domain/snapshot.ts';
import replication from '../../probes/replication.ts';
import securityConfig, { servesOtherHosts } from '../../probes/security-config.ts';

/** Told as hygiene: inside a closed network it is a decision, and nothing fails because of it. */
export default defineRule({
  scope: 'node',
  needs: { securityConfig },
  more:
    'Commands, data and passwords cross the network in clear text, also those of replication. ' +
    'Open tls-port with a certificate, move the clients to rediss://, set tls-replication (and tls-cluster) to yes, and close the plain port at the end with port 0.',
  check({ securityConfig: { now } }, { node }) {
    if (!servesOtherHosts(now, node)) return;
    const tlsPort = now.tls_port ?? 0;
    const link = readingIfAny(node, replication)?.now;
    const replicates = link !== undefined && (link.role === 'slave' || link.connected_slaves > 0);
    const plainLink = tlsPort > 0 && replicates && now.tls_replication === 'no';
    if (tlsPort > 0 && !plainLink) return;
    return {
      severity: 'info',
      headline: plainLink
        ? `${node.name} replicates in clear text although it offers TLS`
        : `${node.name} serves other hosts in clear text only`,
      evidence: [
        {
          field: 'tls-port',
          value: now.tls_port === undefined ? 'built without TLS' : String(tlsPort),
          expected: '> 0',
        },
        ...(plainLink ? [{ field: 'tls-replication', value: 'no', expected: 'yes' }] : []),
        { field: 'bind', value: now.bind, expected: 'loopback where there is no TLS' },
      ],
    };
  },
});
