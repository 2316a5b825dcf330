import { describe, expect, test } from 'vitest';
import { copyOnWrite, fullSync, type MemoryFacts, roomToFork } from '../../src/domain/headroom.ts';
import { readNodes } from '../../src/domain/snapshot.ts';
import { GIB, group, MIB, primary } from '../support/planning.ts';

const memory: MemoryFacts & { used_memory_dataset: number | undefined } = {
  used_memory: GIB,
  used_memory_rss: GIB,
  used_memory_dataset: GIB,
  effective: GIB,
  total_system_memory: 16 * GIB,
  allocator_frag_ratio: 1,
  allocator_rss_ratio: 1,
};
const fork = {
  rdb_bgsave_in_progress: 0,
  aof_rewrite_in_progress: 0,
  rdb_last_bgsave_time_sec: -1,
  rdb_last_cow_size: 0,
  aof_last_cow_size: undefined,
  current_cow_peak: undefined,
};

describe('copy-on-write', () => {
  test.each([
    ['1.3 x the largest that was measured', { rdb_last_cow_size: 10 * MIB, aof_last_cow_size: 20 * MIB }, 0, 26 * MIB],
    ['nothing dirtied while nothing is written', {}, 0, 0],
    ['a page a command for as long as a snapshot takes', {}, 1000, 1000 * (1024 / 80) * 4096 * 1.2],
    ['never more than the data', {}, 1e9, GIB],
  ])('%s', (_what, over, ops, want) => expect(copyOnWrite(memory, { ...fork, ...over }, ops)).toBeCloseTo(want, 3));
});

test('a child that lives longer than a snapshot takes costs as many times as much, up to all the data', () => {
  const seen = { ...fork, rdb_last_bgsave_time_sec: 10, rdb_last_cow_size: 10 * MIB };
  expect(copyOnWrite(memory, seen, 0, 10)).toBeCloseTo(13 * MIB, 3);
  expect(copyOnWrite(memory, seen, 0, 40)).toBeCloseTo(52 * MIB, 3);
  expect(copyOnWrite(memory, seen, 0, 3600)).toBe(GIB);
  expect(copyOnWrite(memory, seen, 0, 1)).toBeCloseTo(13 * MIB, 3);
  expect(copyOnWrite(memory, fork, 100, 60)).toBeCloseTo(100 * 60 * 4096 * 1.2, 3);
});

describe('room to fork', () => {
  const [node] = readNodes(group([primary()]));
  test.each([
    [1300 * MIB, true],
    [1300 * MIB - 1, false],
  ])('a fork that takes 1300 MiB has room in %d bytes: %s', (free, fits) => {
    if (!node) throw new Error('no node');
    const host = { ...memory, total_system_memory: memory.used_memory_rss + free };
    const room = roomToFork(group([primary()]), node, host, { ...fork, rdb_last_cow_size: 1000 * MIB }, 0);
    expect('impact' in room).toBe(fits);
  });

  test('a full sync says how long it takes, or why it does not fit', () => {
    const snapshot = group([primary()]);
    if (!node) throw new Error('no node');
    expect(fullSync(snapshot, node, memory, fork, 100)).toMatchObject({
      impact: [expect.stringContaining('copies 1 GiB from 10.0.0.1:6379: about 24 s'), expect.any(String)],
    });
    const tight = { ...memory, total_system_memory: GIB };
    expect(fullSync(snapshot, node, tight, { ...fork, rdb_last_cow_size: MIB }, 100)).toHaveProperty('refused');
  });
});
