import { expect, test } from 'vitest';
import action from '../../src/actions/flush-scripts.ts';
import commandStats from '../../src/probes/command-stats.ts';
import { group, lines, MIB, mustPlan, PRIMARY, primary, refusal } from '../support/planning.ts';
import { saw } from '../support/scene.ts';

function on(scripts: number, interpreter: number, evalsha = 0) {
  const sketch = primary({
    memory: { number_of_cached_scripts: scripts, used_memory_scripts: MIB, used_memory_vm_total: interpreter },
  });
  const commands = new Map([['evalsha', { calls: evalsha, usec: 0, rejected: 0, failed: 0 }]]);
  return group([{ ...sketch, readings: [...sketch.readings, saw(commandStats, { commands })] }]);
}

test('in the background, with what is freed', () => {
  const plan = mustPlan(action, on(5000, 80 * MIB));
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> SCRIPT FLUSH ASYNC`]);
  expect(plan.impact[0]).toContain('5000 cached scripts (1 MiB)');
  expect(plan.impact[1]).toContain('nobody will miss them');
});

test.each([
  [100, 63 * MIB, 'nothing to free'],
  [101, 0, ''],
  [0, 64 * MIB, ''],
])('%d scripts, %d bytes: %s', (scripts, interpreter, because) => {
  const told = refusal(action, on(scripts, interpreter));
  expect(because === '' ? told : told.includes(because)).toBe(because === '' ? '' : true);
});

test('callers of EVALSHA are asked for first', () => {
  expect(refusal(action, on(5000, 0, 7))).toContain('7 calls since its start');
  const plan = mustPlan(action, on(5000, 0, 7), { fallback: true });
  expect(plan.impact[1]).toContain('NOSCRIPT');
});
