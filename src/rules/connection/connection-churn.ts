import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { SHORTEST_PAIR } from '../../domain/sustained.ts';
import { percent } from '../../domain/units.ts';
import clients from '../../probes/clients.ts';
import stats from '../../probes/stats.ts';

/** New connections a second, unless they carry so many commands that they hardly count. */
const PER_SECOND = 100;
const SHARE_OF_MANY = 0.01;

/** Of the commands: each connection is used for a few and closed. Health checks and cron jobs stay below the rate. */
const SHARE = 0.1;
const NOTICEABLE = 20;

export default defineRule({
  scope: 'node',
  needs: { stats, clients },
  more:
    'Connections are opened, used for a few commands and closed again; each costs the server as much as dozens of commands, far more with TLS, and ports run out on the clients. ' +
    'Usually a program connects for each request: no pool, a pool that is too small, or functions that start anew each time. ' +
    'Keep connections open in a pool, and share one client object in the program.',
  explains: [
    'engine-cpu-saturated',
    'event-loop-saturated',
    'maxclients-near',
    'connections-rejected',
    'tcp-backlog-capped',
  ],
  tells:
    'total_connections_received of INFO stats rises by hundreds a second, and commandstats accounts for little of the time.',
  check({ stats, clients }, { threshold }) {
    const opened = growth(stats, (sample) => sample.total_connections_received);
    const commands = growth(stats, (sample) => sample.total_commands_processed);
    if (opened === undefined || commands === undefined || !clients.before) {
      return { unassessed: 'how often clients connect needs two samples to compare' };
    }
    // A wave that comes to stay is a deployment, not churn: what counts is what was closed again.
    const stayed = clients.now.connected_clients - clients.before.connected_clients;
    const churned = Math.min(opened, opened - stayed);
    const rate = churned / stats.seconds;
    const share = churned / Math.max(1, commands);
    const isFast = rate > threshold('per_second', PER_SECOND) && share > SHARE_OF_MANY;
    const isMost = rate > NOTICEABLE && share > threshold('share', SHARE);
    if (!isFast && !isMost) return;
    if (stats.seconds < SHORTEST_PAIR) return { unassessed: 'a second or more between the samples is needed' };
    return {
      severity: 'warning',
      headline: `${Math.round(rate)} connections a second are opened and closed again, one for every ${perConnection(commands, churned)}`,
      evidence: [
        {
          field: 'total_connections_received',
          value: `+${opened}`,
          expected: `<= ${Math.round(threshold('per_second', PER_SECOND) * stats.seconds)}`,
        },
        {
          field: 'connected_clients',
          value: `${clients.before.connected_clients} -> ${clients.now.connected_clients}`,
          expected: 'for comparison',
        },
        {
          field: 'total_commands_processed',
          value: `+${commands}: ${percent(share)} as many connections`,
          expected: `<= ${percent(threshold('share', SHARE))}`,
        },
      ],
    };
  },
});

function perConnection(commands: number, connections: number): string {
  const each = Math.round(commands / connections);
  return each <= 1 ? 'command' : `${each} commands`;
}
