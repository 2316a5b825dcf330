import { expect, test } from 'vitest';
import action from '../../src/actions/memory-purge.ts';
import cpu from '../../src/probes/cpu.ts';
import { GIB, group, lines, MIB, mustPlan, PRIMARY, primary, refusal, replica } from '../support/planning.ts';
import { type ReadSketch, saw } from '../support/scene.ts';

const keeping = (bytes: number, over = {}) => ({
  memory: { mem_allocator: 'jemalloc-5.2.1', allocator_rss_bytes: bytes, ...over },
});

function using(share: number, sketch: ReadSketch): ReadSketch {
  const at = (seconds: number) => ({ used_cpu_user: seconds, used_cpu_sys: 0 });
  return { ...sketch, readings: [...sketch.readings, saw(cpu, at(2 * share), at(0))] };
}

test('one command, one approver, nothing to undo', () => {
  const plan = mustPlan(action, group([using(0.1, primary(keeping(GIB)))]));
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> MEMORY PURGE`]);
  expect(plan.risk).toBe('reversible');
  expect(plan.impact[0]).toContain('1 GiB');
});

test.each([
  [63, 'nothing to give back'],
  [64, ''],
])('%d MiB kept: %s', (mib, because) => {
  const told = refusal(action, group([using(0.1, primary(keeping(mib * MIB)))]));
  expect(because === '' ? told : told.includes(because)).toBe(because === '' ? '' : true);
});

test('another allocator keeps nothing that this gives back', () => {
  expect(refusal(action, group([using(0, primary(keeping(GIB, { mem_allocator: 'libc' })))]))).toContain('libc');
});

test.each([
  [0.79, 'primary', false],
  [0.81, 'primary', true],
  [0.9, 'replica', false],
])('at %d of a core a %s is refused: %s', (share, role, refused) => {
  const sketch = role === 'primary' ? primary(keeping(GIB)) : replica(keeping(GIB));
  expect(refusal(action, group([using(share, sketch)])) !== '').toBe(refused);
});
