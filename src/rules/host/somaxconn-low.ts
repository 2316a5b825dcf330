import { defineRule } from '../../domain/rule.ts';
import kernel from '../../probes/host-kernel.ts';
import process from '../../probes/host-process.ts';
import config from '../../probes/process-config.ts';

/** What the kernel allows for queues of new connections is less than the server asks for. */
export default defineRule({
  scope: 'node',
  needs: { kernel, process, config },
  more:
    'The kernel cuts the queue for new connections (tcp-backlog) down to these settings, so that a wave of reconnects after a failover meets a short queue. ' +
    'Old kernels have 128 here. Nothing is lost until connections come faster than the server accepts them. ' +
    'Set both in /etc/sysctl.d and restart the server.',
  explains: ['tcp-backlog-capped'],
  check({ kernel: { now }, process: { now: own }, config }) {
    const wanted = config.now.tcp_backlog;
    if (wanted === undefined) return { unassessed: 'the server does not tell tcp-backlog' };
    // A container has settings of its own, which its host does not show.
    if (own.container)
      return { unassessed: 'a container has network settings of its own, which its host does not show' };
    const settings = [
      { field: 'net.core.somaxconn', value: now.somaxconn },
      { field: 'net.ipv4.tcp_max_syn_backlog', value: now.tcp_max_syn_backlog },
    ];
    const low = settings.flatMap(({ field, value }) =>
      value !== undefined && value < wanted ? [{ field, value: String(value), expected: `>= ${wanted}` }] : [],
    );
    if (low.length === 0) return;
    return {
      severity: 'info',
      headline: `${low.map(({ field, value }) => `${field} is ${value}`).join(' and ')}: less than the tcp-backlog of ${wanted}`,
      evidence: low,
    };
  },
});
