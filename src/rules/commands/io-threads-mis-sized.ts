import { mainThread } from '../../domain/main-thread.ts';
import { rate } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { type ReadNode, readingIfAny, type Snapshot } from '../../domain/snapshot.ts';
import { bytes, percent } from '../../domain/units.ts';
import cpu from '../../probes/cpu.ts';
import hostCpu from '../../probes/host-cpu.ts';
import stats from '../../probes/stats.ts';
import threadsConfig from '../../probes/threads-config.ts';

/** Beside the main thread one core is for forks and background work. */
const SPARE = 1;

/** With fewer cores there is none to give to sockets. */
const FEWEST_CORES = 4;

/** Threads help with sockets alone: the core must be full, and of traffic. Bytes and commands a second. */
const FULL = 0.9;
const MUCH_TRAFFIC = 50 * 1024 * 1024;
const MANY_COMMANDS = 80_000;

const CORES_UNKNOWN =
  'how many cores the server may use is not known: give host of the target in medic.yml, or thresholds.io-threads-mis-sized.cores';

export default defineRule({
  scope: 'node',
  needs: { threadsConfig },
  more:
    'Threads for sockets take work off the one that runs commands, but only where there are cores for them; more threads than cores wait for each other. ' +
    'Usually a configuration came from a larger machine, or a busy server was never given any. ' +
    'io-threads cannot be changed while the server runs: set it in the configuration and restart or fail over.',
  explains: ['event-loop-saturated'],
  check({ threadsConfig: { now } }, { node, snapshot, threshold }) {
    const { io_threads: threads } = now;
    if (threads === undefined) return { unassessed: 'CONFIG has no io-threads' };
    const wanting = threads === 1 ? fullOfTraffic(node, snapshot) : undefined;
    if (threads === 1 && wanting === undefined) return;
    const cores = threshold('cores', coresOf(node) ?? 0);
    if (cores === 0) return { unassessed: CORES_UNKNOWN };
    const setting = {
      field: 'io-threads',
      value: String(threads),
      expected: `1 to ${Math.max(1, cores - SPARE)} on ${cores} cores`,
    };
    if (threads > Math.max(1, cores - SPARE)) {
      return { severity: 'info', headline: `${threads} threads share ${cores} cores`, evidence: [setting] };
    }
    if (wanting === undefined || cores < FEWEST_CORES) return;
    return {
      severity: 'info',
      headline: `Sockets keep the main thread busy, and ${cores - 1} cores stand by: ${wanting}`,
      evidence: [setting],
    };
  },
});

/** A container may have fewer than its host. */
function coresOf(node: ReadNode): number | undefined {
  const host = readingIfAny(node, hostCpu)?.now;
  return host?.cores === undefined
    ? undefined
    : Math.max(1, Math.floor(Math.min(host.cores, host.quota ?? host.cores)));
}

/** What says that the main thread is full of reading and writing; undefined when it is not. */
function fullOfTraffic(node: ReadNode, snapshot: Snapshot): string | undefined {
  const [times, counters] = [readingIfAny(node, cpu), readingIfAny(node, stats)];
  const used = times && mainThread({ snapshot, node }, times);
  if (!used || !counters || used.share < FULL) return undefined;
  const traffic = rate(counters, (sample) => sample.total_net_input_bytes + sample.total_net_output_bytes) ?? 0;
  const commands = rate(counters, (sample) => sample.total_commands_processed) ?? 0;
  if (traffic < MUCH_TRAFFIC && commands < MANY_COMMANDS) return undefined;
  return `${percent(used.share)} of a core, ${Math.round(commands)} commands/s, ${bytes(traffic)}/s`;
}
