import { commandLoad } from '../../domain/command-load.ts';
import type { Evidence } from '../../domain/finding.ts';
import { mainThread } from '../../domain/main-thread.ts';
import { defineRule } from '../../domain/rule.ts';
import { type ReadNode, readingIfAny } from '../../domain/snapshot.ts';
import { loadSeverity, SHORTEST_PAIR } from '../../domain/sustained.ts';
import { duration, percent } from '../../domain/units.ts';
import commandStats from '../../probes/command-stats.ts';
import cpu from '../../probes/cpu.ts';

/** Shares of the one core that runs commands: from 70 % on waiting grows faster than load, at 90 % it is full. */
const WARNING = 0.7;
const CRITICAL = 0.9;

const SHOWN = 3;

export default defineRule({
  scope: 'node',
  needs: { cpu },
  explains: ['event-loop-saturated', 'no-pipelining', 'tcp-backlog-capped', 'replica-ack-lag', 'replica-lag-bytes'],
  tells: 'top -H -p PID shows the main thread of the server near 100 %.',
  more:
    'Commands are executed on one core and little of it is left, so that every client waits in line. ' +
    'Usually a few costly commands, a hot key or simply more traffic than one server takes; threads for sockets do not help with costly commands. ' +
    'Mend the commands that take most of the time first, then add replicas for reads or shards for writes. A container with a CPU quota is full earlier than this figure shows.',
  check({ cpu }, { node, snapshot, threshold }) {
    const used = mainThread({ snapshot, node }, cpu);
    if (!used) return { unassessed: 'the time of the processor needs two samples to compare' };
    const warning = threshold('warning', WARNING);
    const critical = threshold('critical', CRITICAL);
    if (used.share < warning) return;
    if (used.seconds < SHORTEST_PAIR) return { unassessed: 'a second or more between the samples is needed' };
    return {
      severity: loadSeverity(used, critical),
      headline:
        `The main thread used ${percent(used.share)} of a core for ${duration(used.seconds)}` +
        (used.lasts ? '' : '; whether that lasts is not known from one look'),
      evidence: [
        {
          field: used.whole ? 'used_cpu_user + used_cpu_sys' : 'used_cpu_user_main_thread + used_cpu_sys_main_thread',
          value: `${percent(used.share)} of a core`,
          expected: `< ${percent(warning)}`,
        },
        ...costliest(node),
      ],
    };
  },
});

/** Which commands took the time between the samples. */
function costliest(node: ReadNode): Evidence[] {
  const load = commandLoad({ node: node.name, stats: readingIfAny(node, commandStats) });
  return (load?.busiest ?? []).slice(0, SHOWN).map(({ command, calls, share }) => ({
    field: `cmdstat_${command}`,
    value: `${percent(share)} of the time, ${calls} ${calls === 1 ? 'call' : 'calls'}`,
    expected: 'for comparison',
  }));
}
