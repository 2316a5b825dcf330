import { defineHostProbe, file } from '../domain/host-probe.ts';
import { fieldsOf, wholeNumber } from '../domain/proc-text.ts';

/** Processor time: what the hypervisor took from the host, and how the server's control group was held back. Counts grow. */
export default defineHostProbe({
  sampled: 'pair',
  asks: {
    stat: file('/proc/stat'),
    group: file('{cpu_cgroup}/cpu.stat'),
    max: file('{cpu_cgroup}/cpu.max'),
    clock: file('/sys/devices/system/clocksource/clocksource0/current_clocksource'),
    clocks: file('/sys/devices/system/clocksource/clocksource0/available_clocksource'),
  },
  read(answers) {
    const text = answers.need('stat');
    // user nice system idle iowait irq softirq steal; guest time is in user already.
    const ticks = (/^cpu +(.*)$/m.exec(text)?.[1] ?? '').split(' ').slice(0, 8).map(Number);
    // A limit of any of the groups holds.
    const groups = answers.all('group').map((answer) => fieldsOf(answer.text));
    return {
      cores: text.match(/^cpu\d+ /gm)?.length,
      ticks: ticks.length === 8 ? ticks.reduce((sum, count) => sum + count, 0) : undefined,
      stolenTicks: ticks[7],
      /** Slices of time (0.1 s, as a rule) in which the group ran, and those in which it was stopped for the rest. */
      periods: sumOf(groups, 'nr_periods'),
      throttledPeriods: sumOf(groups, 'nr_throttled'),
      /** Cores that the group may use; undefined without a limit. */
      quota: quotaOf(answers.all('max').map((answer) => answer.text)),
      clocksource: answers.text('clock')?.trim(),
      clocksources: answers.text('clocks')?.trim().split(/\s+/) ?? [],
    };
  },
});

function sumOf(groups: readonly ReadonlyMap<string, string>[], field: string): number | undefined {
  const counts = groups.flatMap((group) => wholeNumber(group.get(field)) ?? []);
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

function quotaOf(texts: readonly string[]): number | undefined {
  const quotas = texts.flatMap((text) => {
    const [, quota, period] = /^(\d+) (\d+)$/m.exec(text) ?? [];
    return quota === undefined ? [] : [Number(quota) / Number(period)];
  });
  return quotas.length === 0 ? undefined : Math.min(...quotas);
}
