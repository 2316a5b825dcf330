import { droppedPerSecond, isFilling, shortestQueue } from '../../domain/accept-queue.ts';
import { defineRule } from '../../domain/rule.ts';
import network from '../../probes/host-network.ts';
import config from '../../probes/process-config.ts';

/** The queue of connections that wait to be accepted is shorter than configured, or overflows. */
export default defineRule({
  scope: 'node',
  needs: { network, config },
  more:
    'Connections wait in a queue until the server accepts them; when it is full the kernel drops new ones, and clients see timeouts of 1 s and more that no metric of the server shows. ' +
    'The kernel cuts tcp-backlog down to net.core.somaxconn when the server starts, and a busy main thread or a wave of reconnects fills what is left. ' +
    'Raise net.core.somaxconn and net.ipv4.tcp_max_syn_backlog, then restart the server, as a listening socket keeps its queue.',
  check({ network, config }) {
    const queue = shortestQueue(network.now);
    if (queue === undefined) return { unassessed: 'ss on the host does not show the listening socket of the server' };
    const wanted = config.now.tcp_backlog;
    const short = wanted !== undefined && queue < wanted;
    const dropped = droppedPerSecond(network);
    if (!short && dropped === 0) return;
    const own = short || isFilling(network.now);
    const pace = dropped >= 1 ? `${Math.round(dropped)} connections/s` : `${Math.round(dropped * 60)} connections/min`;
    return {
      // What another socket of the host may have dropped is told, but is no fault of this server.
      severity: dropped > 0 && own ? 'warning' : 'info',
      headline:
        dropped === 0
          ? `The queue for new connections holds ${queue} and not the ${wanted} that are configured`
          : own
            ? `The kernel drops ${pace} because the server's queue of ${queue} is full`
            : `The kernel of the host drops ${pace} from full queues; that of this server (${queue}) is not full now`,
      evidence: [
        { field: 'backlog of the socket', value: String(queue), expected: `>= ${wanted ?? queue}` },
        { field: 'ListenOverflows', value: `+${Math.round(dropped * network.seconds)}`, expected: '+0' },
      ],
    };
  },
});
