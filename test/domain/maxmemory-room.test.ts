import { expect, test } from 'vitest';
import { belowCeiling, describeCeiling, tightestRoom } from '../../src/domain/maxmemory-room.ts';
import { readNodes } from '../../src/domain/snapshot.ts';
import { roomFacts } from '../../src/probes/memory-config.ts';
import { GIB, group, MIB, primary, REPLICA, replica } from '../support/planning.ts';

const machine = (total_system_memory: number | undefined) => ({
  memory: { total_system_memory },
  persistence: { rdb_last_cow_size: 0 },
  stats: { instantaneous_ops_per_sec: 0 },
});

function room(...machines: (number | undefined)[]) {
  const nodes = machines.map((size, at) => (at === 0 ? primary(machine(size)) : replica(machine(size))));
  const snapshot = group(nodes);
  return tightestRoom(snapshot, readNodes(snapshot), roomFacts);
}

test.each([
  [16 * GIB, 0.95],
  [4 * GIB, 0.875],
  [2 * GIB, 0.75],
  [200 * MIB, 0.75],
])('of %d bytes the system keeps its part, and fragmentation 5 %', (size, share) => {
  expect(room(size)).toMatchObject({ ceiling: Math.floor((size * share) / 1.05) });
});

test('the smallest machine decides for all, and one that is not known refuses', () => {
  const tightest = room(64 * GIB, 4 * GIB);
  if ('refused' in tightest) throw new Error(tightest.refused);
  expect(tightest.node.name).toBe(REPLICA);
  expect(belowCeiling(tightest) % MIB).toBe(0);
  expect(belowCeiling(tightest)).toBeLessThan(tightest.ceiling);
  expect(describeCeiling(tightest)).toContain('at most 3.3 GiB is safe on 10.0.0.2:6379 (4 GiB, ');
  expect(room(64 * GIB, undefined)).toMatchObject({ refused: expect.stringContaining('memory_limit') });
});
