import { mainThread } from '../../domain/main-thread.ts';
import { rate } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { percent } from '../../domain/units.ts';
import cpu from '../../probes/cpu.ts';
import stats from '../../probes/stats.ts';

/** Commands per read of a socket: below this nearly each comes alone. */
const BATCH = 1.2;

/** From here a system call for each command is what the server does most. */
const BUSY_OPS = 20_000;
const BUSY_CORE = 0.7;

export default defineRule({
  scope: 'node',
  needs: { stats, cpu },
  more:
    'Each command comes in a packet of its own, so that the server spends more on reading and writing sockets than on commands. ' +
    'Usually a client waits for each reply before it sends the next command. ' +
    'Pipelining, or commands for several keys (MGET, HSET with many fields), gives several times the throughput on the same core.',
  check({ stats, cpu }, { node, snapshot, threshold }) {
    const commands = rate(stats, (sample) => sample.total_commands_processed);
    const reads = rate(stats, (sample) => sample.total_reads_processed);
    const used = mainThread({ snapshot, node }, cpu);
    if (commands === undefined || used === undefined) return { unassessed: 'the rate of commands needs two samples' };
    if (commands < threshold('ops', BUSY_OPS) || used.share < threshold('cpu', BUSY_CORE)) return;
    if (reads === undefined || reads === 0) return { unassessed: 'INFO has no total_reads_processed' };
    const batch = stats.now.commands_per_parse_batch_avg ?? commands / reads;
    if (batch >= BATCH) return;
    return {
      severity: 'info',
      headline: `${Math.round(commands)} commands/s come one by one, and the main thread uses ${percent(used.share)} of its core`,
      evidence: [
        { field: 'commands per read', value: batch.toFixed(2), expected: `>= ${BATCH}` },
        {
          field: 'total_reads_processed',
          value: `${Math.round(reads)}/s`,
          expected: `well below ${Math.round(commands)}/s`,
        },
      ],
    };
  },
});
