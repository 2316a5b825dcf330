import { expect, test } from 'vitest';
import { startRedis } from '../../../demo/redis-server.ts';
import { ENGINES } from '../../support/engines.ts';
import { rdbOf } from '../../support/rdb-of.ts';
import { MASTER, startSentinels } from '../../support/sentinels.ts';

/** A Sentinel keeps every replica that its primary ever listed, and counts one that is gone as down. */
test.each(ENGINES)('a Sentinel of $engine does not take a copy for a replica', async (binary) => {
  const primary = await startRedis({ binary });
  const [sentinel] = await startSentinels({ primary, count: 1, quorum: 1, binary });
  try {
    if (!sentinel) throw new Error('no Sentinel');
    await sentinel.send('SENTINEL', 'DEBUG', 'info-period', '100');
    await primary.send('DEBUG', 'POPULATE', '100', 'key', '10');
    // Saving takes 2 s.
    await primary.send('CONFIG', 'SET', 'rdb-key-save-delay', '20000');
    const copying = rdbOf(primary);
    const listed = async () => JSON.stringify(await primary.send('INFO', 'replication'));
    await expect.poll(listed, { timeout: 2000 }).toContain('slave0:');
    expect((await copying).at(-9)).toBe(0xff);
    expect(await sentinel.send('SENTINEL', 'REPLICAS', MASTER)).toEqual([]);
  } finally {
    await sentinel?.stop();
    await primary.stop();
  }
});
