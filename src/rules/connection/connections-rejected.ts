import { growth } from '../../domain/probe.ts';
import { defineRule, type Found } from '../../domain/rule.ts';
import { readingIfAny, readNodes } from '../../domain/snapshot.ts';
import { seen, unreadFor } from '../../domain/unread.ts';
import clients from '../../probes/clients.ts';
import stats from '../../probes/stats.ts';

/** rejected_connections also counts refusals by protected mode: only near the limit do they mean maxclients. */
const NEAR = 0.8;

/** maxclients is reached: applications are turned away, and perhaps so are we. */
export default defineRule({
  scope: 'target',
  needs: {},
  more:
    'The server holds as many connections as maxclients allows and refuses new ones. Usual causes are a pool without ' +
    'a limit, clients that never close, or a wave of reconnects. Find who holds them (CLIENT LIST by address and name), ' +
    'close what is idle, and raise maxclients only as far as the limit of open files allows.',
  explains: ['replica-link-down', 'replica-never-synced'],
  tells: 'The log of the replica says "max number of clients reached".',
  check(_all, { snapshot, threshold }) {
    const refused = unreadFor(snapshot, 'max-clients').map((node): Found & { node: string } => ({
      node: node.name,
      severity: 'critical',
      headline: `${node.name} refuses new connections: maxclients is reached`,
      evidence: seen(node, 'a free connection'),
    }));
    const rejecting = readNodes(snapshot).flatMap((node): (Found & { node: string })[] => {
      const counters = readingIfAny(node, stats);
      const rejected = (counters && growth(counters, (sample) => sample.rejected_connections)) ?? 0;
      const { connected_clients = 0, maxclients } = readingIfAny(node, clients)?.now ?? {};
      if (!counters || rejected === 0 || !maxclients || connected_clients / maxclients < threshold('near', NEAR))
        return [];
      return [
        {
          node: node.name,
          severity: 'critical',
          headline: `${rejected} connections were refused in ${counters.seconds.toFixed(0)} s: maxclients is reached`,
          evidence: [
            { field: 'rejected_connections', value: `+${rejected}`, expected: '+0' },
            { field: 'connected_clients', value: String(connected_clients), expected: `well below ${maxclients}` },
          ],
        },
      ];
    });
    return [...refused, ...rejecting];
  },
});
