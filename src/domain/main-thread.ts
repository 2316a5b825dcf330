import type { Reading } from './probe.ts';
import type { ReadNode, Snapshot } from './snapshot.ts';
import { type Sustained, sustained } from './sustained.ts';

interface CpuTimes {
  used_cpu_user: number;
  used_cpu_sys: number;
  used_cpu_user_main_thread: number | undefined;
  used_cpu_sys_main_thread: number | undefined;
}

export interface MainThread extends Sustained {
  /** The version does not tell the main thread apart, so that other threads are in the figure. */
  whole: boolean;
}

const MAIN = ['used_cpu_user_main_thread', 'used_cpu_sys_main_thread'] as const;
const WHOLE = ['used_cpu_user', 'used_cpu_sys'] as const;

/** How much of one core the thread that runs the commands used; undefined without a pair. */
export function mainThread(
  here: { snapshot: Snapshot; node: ReadNode },
  cpu: Reading<CpuTimes>,
): MainThread | undefined {
  const whole = cpu.now.used_cpu_user_main_thread === undefined;
  const fields = whole ? WHOLE : MAIN;
  const of = (sample: CpuTimes) => {
    const [user, system] = fields.map((field) => sample[field]);
    return user === undefined || system === undefined ? undefined : user + system;
  };
  const used = sustained(here, cpu, { of, fields, perSecond: 1 });
  return used && { ...used, whole };
}
