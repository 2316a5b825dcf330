import { expect, test } from 'vitest';
import copyOnWrite from '../../src/figures/copy-on-write.ts';
import memory from '../../src/probes/memory.ts';
import persistence from '../../src/probes/persistence.ts';
import stats from '../../src/probes/stats.ts';
import { saw, scene } from '../support/scene.ts';

const GIB = 1024 ** 3;

function told(used: number, limit: number | undefined) {
  const readings = [
    saw(memory, { used_memory: used, used_memory_rss: used }),
    saw(persistence, { rdb_last_cow_size: GIB, rdb_last_bgsave_time_sec: 10 }),
    saw(stats, {}),
  ];
  const target = limit === undefined ? {} : { memoryLimitBytes: limit };
  const [said] = copyOnWrite.tell(scene({ target, nodes: [{ readings }] }));
  return said && 'said' in said ? [said.ok, said.said] : said;
}

test.each([
  ['what was copied, with its margin, fits', 4 * GIB, 5.4 * GIB, true],
  ['it does not fit', 4 * GIB, 5.2 * GIB, false],
])('%s', (_sentence, used, limit, want) => {
  expect(told(used, limit)).toEqual([want, expect.stringContaining('a snapshot needs about 1.3 GiB')]);
});

test('without a limit it only informs', () => {
  expect(told(GIB, undefined)).toEqual([undefined, expect.stringContaining('is not known')]);
});
