import { rate } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingOf } from '../../domain/snapshot.ts';
import { percent } from '../../domain/units.ts';
import clock from '../../probes/clock.ts';
import cpu from '../../probes/cpu.ts';
import latencyLatest, { latestSince } from '../../probes/latency-latest.ts';
import memory from '../../probes/memory.ts';

/** Percent of a core that defragmentation takes, as INFO tells it. */
const MUCH = 20;

/** Commands run on the same core: with less left than this they wait. */
const SATURATED = 0.8;

/** A diagnosis watches for two seconds, so what the server remembers of the last minute counts as now. */
const RECENT_SECONDS = 60;

export default defineRule({
  scope: 'node',
  needs: { memory, cpu },
  explains: ['engine-cpu-saturated', 'event-loop-saturated'],
  tells: 'active_defrag_running of INFO memory is above 0, and the load falls after CONFIG SET activedefrag no.',
  more:
    'Defragmentation runs on the thread that executes commands, and takes what they need now. ' +
    'Usually much memory became fragmented at once, or active-defrag-cycle-max is high for this load. ' +
    'CONFIG SET active-defrag-cycle-max 10 slows it down, activedefrag no stops it; both can be taken back when the load is over.',
  check({ memory: { now }, cpu }, { node, threshold }) {
    const { active_defrag_running: running } = now;
    if (running === undefined) return { unassessed: 'INFO has no active_defrag_running' };
    if (running === 0) return;
    const since = readingOf(node, clock).now.epochSeconds - RECENT_SECONDS;
    const spike = latestSince(readingOf(node, latencyLatest).now, ['active-defrag-cycle'], since);
    const engine = rate(cpu, (at) => sum(at.used_cpu_user_main_thread, at.used_cpu_sys_main_thread));
    const much = threshold('percent', MUCH);
    if (!spike && running < much) return;
    if (!spike && engine === undefined)
      return { unassessed: 'the load of the main thread needs two samples to compare' };
    const saturated = threshold('cpu', SATURATED);
    const hogs = running >= much && engine !== undefined && engine > saturated;
    if (!spike && !hogs) return;
    return {
      severity: 'warning',
      headline: hogs
        ? `Defragmentation takes ${running} % of a core while the main thread is at ${percent(engine)}`
        : `Defragmentation held every client up for ${spike?.latestMs} ms`,
      evidence: [
        { field: 'active_defrag_running', value: String(running), expected: `< ${much} while the server is busy` },
        {
          field: 'used_cpu_user_main_thread + used_cpu_sys_main_thread',
          value: engine === undefined ? 'missing' : percent(engine),
          expected: `<= ${percent(saturated)}`,
        },
        ...(spike ? [{ field: `latency ${spike.name}`, value: `${spike.latestMs} ms`, expected: 'no event' }] : []),
      ],
    };
  },
});

function sum(user: number | undefined, system: number | undefined): number | undefined {
  return user === undefined || system === undefined ? undefined : user + system;
}
