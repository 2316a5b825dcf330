import { defineRule } from '../../domain/rule.ts';
import { percent } from '../../domain/units.ts';
import clients from '../../probes/clients.ts';
import replication from '../../probes/replication.ts';

const WARNING = 0.8;
const CRITICAL = 0.95;

export default defineRule({
  scope: 'node',
  needs: { clients, replication },
  explains: ['connections-rejected'],
  more:
    'At maxclients the server refuses new connections, ours included. ' +
    'Usually a pool has no limit, clients never close, or a deployment doubled the instances. ' +
    'Find who holds the connections (CLIENT LIST by address and name), mend the pools, and raise maxclients as far as the limit of open files allows.',
  check({ clients, replication }, { threshold }) {
    const { connected_clients, maxclients } = clients.now;
    if (maxclients === undefined) return { unassessed: 'INFO has no maxclients' };
    // A wave of reconnects passes: what counts is what both samples show.
    const lasting = Math.min(connected_clients, clients.before?.connected_clients ?? connected_clients);
    const links = replication.now.connected_slaves + (clients.now.cluster_connections ?? 0);
    const share = (lasting + links) / maxclients;
    const warning = threshold('warning', WARNING);
    if (share < warning) return;
    return {
      severity: share >= threshold('critical', CRITICAL) ? 'critical' : 'warning',
      headline: `${percent(share)} of maxclients are connected (${connected_clients} of ${maxclients})`,
      evidence: [
        {
          field: 'connected_clients',
          value: String(connected_clients),
          expected: `< ${Math.floor(warning * maxclients)}`,
        },
        { field: 'connected_slaves + cluster_connections', value: String(links), expected: 'counted as well' },
        { field: 'maxclients', value: String(maxclients), expected: `> ${Math.ceil(connected_clients / warning)}` },
      ],
    };
  },
});
