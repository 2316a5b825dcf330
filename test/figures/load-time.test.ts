import { expect, test } from 'vitest';
import loadTime from '../../src/figures/load-time.ts';
import memory from '../../src/probes/memory.ts';
import persistence from '../../src/probes/persistence.ts';
import { saw, scene } from '../support/scene.ts';

const GIB = 1024 ** 3;
const readings = [saw(memory, { used_memory_dataset: 30 * GIB }), saw(persistence, {})];

test('30 GiB take between two and five minutes', () => {
  const [told] = loadTime.tell(scene({ nodes: [{ readings }] }));
  expect(told).toMatchObject({ said: 'loading 30 GiB takes about 102 s to 5 min' });
});

test('while it loads nobody knows', () => {
  const [told] = loadTime.tell(scene({ nodes: [{ readings, identity: { loading: true } }] }));
  expect(told).toMatchObject({ unassessed: expect.stringContaining('loading') });
});
