import { defineRule } from '../../domain/rule.ts';
import { readingIfAny, readNodes } from '../../domain/snapshot.ts';
import errorStats, { newErrors } from '../../probes/error-stats.ts';

export default defineRule({
  scope: 'target',
  needs: {},
  explains: [
    'replica-link-down',
    'slow-commands-present',
    'sentinel-master-down',
    'replica-ack-lag',
    'replica-lag-bytes',
    'command-latency-p99-high',
  ],
  tells:
    'Every command is answered with BUSY, and all is well once SCRIPT KILL (or FUNCTION KILL) has ended the script.',
  more:
    'While a script or function runs past busy-reply-threshold (5 s by default), the server refuses every other command with BUSY, health checks included. ' +
    'Usually a script loops over far more data than its author tested with. ' +
    'Send the KILL that the reply names; once the script has written it cannot be killed, and failing over to a replica is safer than SHUTDOWN NOSAVE.',
  check(_all, { snapshot }) {
    const busy = snapshot.nodes.flatMap((node) => (node.kind === 'unread' && node.cause === 'busy' ? [node] : []));
    const running = busy.flatMap(({ name, detail }) => {
      const kill = /\b(SCRIPT|FUNCTION) KILL\b/.exec(detail)?.[0];
      if (kill === undefined) return [];
      const what = kill === 'SCRIPT KILL' ? 'A script' : 'A function';
      return [
        {
          node: name,
          severity: 'critical' as const,
          headline: `${what} has been running for too long and every command is refused; ${kill} stops it unless it has written`,
          evidence: [{ field: 'reply', value: detail, expected: 'an answer to INFO' }],
        },
      ];
    });
    const ended = readNodes(snapshot).flatMap((node) => {
      const reading = readingIfAny(node, errorStats);
      const refused = (reading && newErrors(reading, 'BUSY')) ?? 0;
      if (refused === 0) return [];
      return [
        {
          node: node.name,
          severity: 'critical' as const,
          headline: `A script blocked this server while it was watched: ${refused} commands were refused with BUSY`,
          evidence: [{ field: 'errorstat_BUSY', value: `+${refused}`, expected: '+0' }],
        },
      ];
    });
    const found = [...running, ...ended];
    const other = busy.find(({ name }) => !running.some(({ node }) => node === name));
    return found.length === 0 && other ? { unassessed: other.detail } : found;
  },
});
