import { expect, test } from 'vitest';
import cpu from '../../../src/probes/cpu.ts';
import hostCpu from '../../../src/probes/host-cpu.ts';
import stats from '../../../src/probes/stats.ts';
import threadsConfig from '../../../src/probes/threads-config.ts';
import rule from '../../../src/rules/commands/io-threads-mis-sized.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  threads?: number;
  cores?: number;
  core?: number;
  /** What the host says: cores, and of those what the container may use. */
  host?: [cores: number, quota?: number];
  /** Bytes a second. */
  traffic?: number;
  /** Per second. */
  commands?: number;
}

function rowScene({ threads, cores, core = 0.1, host, traffic = 0, commands = 0 }: Row) {
  const times = (seconds: number) => ({ used_cpu_user: core * seconds, used_cpu_sys: 0 });
  const counters = (seconds: number) => ({
    total_net_input_bytes: 0,
    total_net_output_bytes: traffic * seconds,
    total_commands_processed: commands * seconds,
  });
  return scene({
    nodes: [
      {
        readings: [
          saw(threadsConfig, threads === undefined ? {} : { io_threads: threads }),
          saw(cpu, times(2), times(0)),
          saw(stats, counters(2), counters(0)),
          ...(host ? [saw(hostCpu, { cores: host[0], quota: host[1] })] : []),
        ],
      },
    ],
    ...(cores !== undefined && { target: { thresholds: { rule: { cores } } } }),
  });
}

const FULL = { threads: 1, core: 0.95, traffic: 60 * 1024 * 1024 };

test.each<[string, Row, string]>([
  ['the default on a calm server', { threads: 1 }, 'clear'],
  ['threads on unknown cores', { threads: 4 }, 'unassessed'],
  ['3 threads on 4 cores', { threads: 3, cores: 4 }, 'clear'],
  ['4 threads on 4 cores', { threads: 4, cores: 4 }, 'info'],
  ['2 threads on one core', { threads: 2, cores: 1 }, 'info'],
  ['a core full of traffic on unknown cores', FULL, 'unassessed'],
  ['a core full of traffic and 4 cores', { ...FULL, cores: 4 }, 'info'],
  ['a core full of traffic and 3 cores', { ...FULL, cores: 3 }, 'clear'],
  ['a core full of many commands', { threads: 1, core: 0.95, commands: 80_000, cores: 8 }, 'info'],
  ['a core full of costly commands', { threads: 1, core: 0.95, commands: 100, cores: 8 }, 'clear'],
  ['threads as the host has cores', { threads: 4, host: [4] }, 'info'],
  ['fewer threads than cores', { threads: 4, host: [8] }, 'clear'],
  ['a container that may use two of them', { threads: 4, host: [8, 2.5] }, 'info'],
  ['a version without threads', {}, 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});
