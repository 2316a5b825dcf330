import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = '/sys/fs/cgroup';
let made = 0;

/** A control group of our own with a process in it; undefined where the system lets us make none. */
export interface ControlGroup {
  add(pid: number): void;
  set(setting: string, value: string): void;
  /** Only when no process is left in it. */
  remove(): void;
}

/** `memory` or `cpu`; settings have other names in the two versions of control groups: `old` is the first. */
export function makeControlGroup(controller: 'memory' | 'cpu'): (ControlGroup & { old: boolean }) | undefined {
  const old = existsSync(join(ROOT, controller, 'cgroup.procs'));
  made += 1;
  const folder = join(ROOT, old ? controller : '', `redis-medic-test-${process.pid}-${made}`);
  const write = (file: string, value: string) => writeFileSync(join(folder, file), value);
  try {
    mkdirSync(folder);
    write(settingOf(controller, old), old ? '-1' : 'max');
  } catch {
    if (existsSync(folder)) rmdirSync(folder);
    return undefined;
  }
  return {
    old,
    add: (pid) => write('cgroup.procs', String(pid)),
    set: write,
    remove: () => rmdirSync(folder),
  };
}

function settingOf(controller: 'memory' | 'cpu', old: boolean): string {
  if (controller === 'memory') return old ? 'memory.limit_in_bytes' : 'memory.max';
  return old ? 'cpu.cfs_quota_us' : 'cpu.max';
}
