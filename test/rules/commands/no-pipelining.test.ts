import { expect, test } from 'vitest';
import cpu from '../../../src/probes/cpu.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/commands/no-pipelining.ts';
import { said, saw, scene } from '../../support/scene.ts';

interface Row {
  /** Per second. */
  commands: number;
  reads?: number;
  core?: number;
  /** What Redis 8.8 counts itself. */
  batch?: number;
}

function rowScene({ commands, reads, core = 0.8, batch }: Row) {
  const counters = (seconds: number) => ({
    total_commands_processed: commands * seconds,
    ...(reads !== undefined && { total_reads_processed: reads * seconds }),
    ...(batch !== undefined && { commands_per_parse_batch_avg: batch }),
  });
  const times = (seconds: number) => ({ used_cpu_user: core * seconds, used_cpu_sys: 0 });
  return scene({ nodes: [{ readings: [saw(stats, counters(2), counters(0)), saw(cpu, times(2), times(0))] }] });
}

test.each<[string, Row, string]>([
  ['each command alone', { commands: 20_000, reads: 20_000 }, 'info'],
  ['1.2 commands a read', { commands: 24_000, reads: 20_000 }, 'clear'],
  ['few commands', { commands: 19_999, reads: 20_000 }, 'clear'],
  ['a core at rest', { commands: 40_000, reads: 40_000, core: 0.69 }, 'clear'],
  ['the count of the server itself', { commands: 40_000, reads: 40_000, batch: 3 }, 'clear'],
  ['a version that does not count reads', { commands: 40_000 }, 'unassessed'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('one sample says nothing', () => {
  expect(said(rule, scene({ nodes: [{ readings: [saw(stats, {}), saw(cpu, {})] }] }))).toBe('unassessed');
});
