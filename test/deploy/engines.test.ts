import { expect, test } from 'vitest';
import { startRedis } from '../../demo/redis-server.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { textReply } from '../../src/domain/probe.ts';
import { identify } from '../../src/domain/server.ts';
import { ENGINES } from '../support/engines.ts';

test.each(ENGINES)('$engine is started as itself, and its process is ours to end', async (binary) => {
  const server = await startRedis({ binary });
  try {
    const info = parseInfo(textReply(await server.send('INFO', 'everything')));
    const identity = identify(info);
    expect(identity?.version).toBe(binary.version);
    if (binary.engine !== 'installed') {
      expect(`${identity?.engine}-${identity?.version}`).toMatch(new RegExp(`^${binary.engine}`));
    }
    expect(info.number('process_id')).toBe(server.pid);
  } finally {
    await server.stop();
  }
});
