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
    const named = `${identity?.engine}-${identity?.version}`;
    expect(binary.engine === 'installed' || named.startsWith(binary.engine)).toBe(true);
    expect(info.number('process_id')).toBe(server.pid);
  } finally {
    await server.stop();
  }
});
