import { growth, rate } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { percent } from '../../domain/units.ts';
import cpu from '../../probes/host-cpu.ts';

/** Share of the host's processor time that the hypervisor gives to others. */
const STOLEN = 0.05;
/** Share of the slices of 0.1 s in which the control group was stopped. */
const THROTTLED = 0.05;

/** The server is kept from running: by the hypervisor, or by the limit of its control group. */
export default defineRule({
  scope: 'node',
  needs: { cpu },
  more:
    'The server is ready to run and is not let: every client waits meanwhile, although the server itself looks idle. ' +
    'Stolen time means a crowded physical host or spent burst credits; throttling means that the CPU limit of the container is too small, often for the moments in which a snapshot runs beside the main thread. ' +
    'Raise or remove the CPU limit, or move to a machine with cores of its own.',
  explains: [
    'slow-commands-present',
    'fast-command-spikes',
    'command-latency-p99-high',
    'event-loop-saturated',
    'replica-ack-lag',
    'fork-slow',
    'aof-fsync-delayed',
    'rdb-save-stuck',
    'replica-lag-bytes',
    'sentinel-tilt',
  ],
  tells:
    'st of vmstat 1, or nr_throttled in cpu.stat of the container, rises in the slow moments, and quick commands are slow as well.',
  check({ cpu }, { threshold }) {
    const ticks = growth(cpu, (now) => now.ticks);
    const stolen = growth(cpu, (now) => now.stolenTicks);
    const periods = growth(cpu, (now) => now.periods);
    const throttled = growth(cpu, (now) => now.throttledPeriods);
    if (!ticks || stolen === undefined) return { unassessed: 'two looks at the processors of the host are needed' };
    const steal = stolen / ticks;
    const held = periods && throttled ? throttled / periods : 0;
    const isStolen = steal >= threshold('stolen', STOLEN);
    const isHeld = held >= threshold('throttled', THROTTLED);
    if (!isStolen && !isHeld) return;
    const limit = cpu.now.quota === undefined ? '' : ` (limit: ${cpu.now.quota} cores)`;
    return {
      severity: 'warning',
      headline: isHeld
        ? `The control group of the server was stopped in ${percent(held)} of its time slices${limit}`
        : `The hypervisor took ${percent(steal)} of the host's processor time`,
      evidence: [
        { field: 'steal', value: percent(steal), expected: `< ${percent(threshold('stolen', STOLEN))}` },
        ...(rate(cpu, (now) => now.periods) === undefined
          ? []
          : [{ field: 'nr_throttled / nr_periods', value: `+${throttled ?? 0} / +${periods ?? 0}`, expected: '+0' }]),
      ],
    };
  },
});
