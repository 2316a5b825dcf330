import type { RedisServer } from '../../../demo/redis-server.ts';
import type { Lab } from '../../lab/lab.ts';
import { clientBuffers } from '../../lab/scenarios/client-buffers.ts';
import type { LoopCase } from '../loop-case.ts';
import { scenarioNamed } from '../loop-case.ts';

const MIB = 1024 * 1024;

/** 20 MB of data under noeviction and a limit just above it: writes are refused. */
async function fullServer(lab: Lab): Promise<RedisServer[]> {
  const server = await lab.start(['--maxmemory-policy', 'noeviction']);
  for (let at = 0; at < 20; at += 1) await server.send('SET', `filler:${at}`, 'x'.repeat(MIB));
  await server.send('CONFIG', 'SET', 'maxmemory', '20mb');
  return [server];
}

export const memory: readonly LoopCase[] = [
  {
    playbook: 'raise-maxmemory',
    name: 'a full store refuses writes',
    undo: 'as-before',
    arrange: fullServer,
    // Lowered again while more is in use, writes would be refused at once: the undo waits for that.
    async after({ lab }) {
      const filled = Array.from({ length: 10 }, (_none, at) => `filler:${at}`);
      await lab.servers[0]?.send('UNLINK', ...filled);
    },
  },
  {
    playbook: 'evict-for-cache',
    name: 'a full cache refuses writes instead of evicting',
    target: { purpose: 'cache' },
    undo: 'as-before',
    stillBroken: true,
    loses: /keys/,
    arrange: fullServer,
  },
  {
    playbook: 'free-client-buffers',
    ...scenarioNamed(clientBuffers, 'a client that asks for much and reads nothing'),
    undo: 'none',
  },
];
