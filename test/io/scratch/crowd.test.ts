import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type RedisServer, startRedis } from '../../../demo/redis-server.ts';
import { textReply } from '../../../src/domain/probe.ts';
import type { RehearsedClients } from '../../../src/domain/rehearsal.ts';
import { type Crowd, gather } from '../../../src/io/scratch/crowd.ts';
import { clientsIn } from '../../../src/probes/client-list.ts';

const IDLE: RehearsedClients = { count: 1, commands: [], repeat: [], every_ms: 20, reads: true };
const PATIENCE = { timeout: 20_000, interval: 50 };

let server: RedisServer;
const crowds: Crowd[] = [];
beforeAll(async () => {
  server = await startRedis();
});
afterAll(async () => {
  for (const crowd of crowds) crowd.leave();
  await server.stop();
});

async function come(clients: Partial<RehearsedClients>): Promise<Crowd> {
  const crowd = await gather(server, { ...IDLE, ...clients });
  crowds.push(crowd);
  return crowd;
}

async function named(name: string) {
  return clientsIn(textReply(await server.send('CLIENT', 'LIST'))).filter((client) => client.name === name);
}

test('as many come as are asked for, under their name, and all go', async () => {
  const crowd = await come({ count: 12, name: 'web' });
  await vi.waitFor(async () => expect(await named('web')).toHaveLength(12), PATIENCE);
  crowd.leave();
  await vi.waitFor(async () => expect(await named('web')).toHaveLength(0), PATIENCE);
});

test('they begin with what is said once, whatever the answer, and go on with what is repeated', async () => {
  const crowd = await come({ commands: [['NO-SUCH'], ['SET', 'begun', '1']], repeat: [['SET', 'key:{n}', 'x']] });
  await vi.waitFor(async () => expect(await server.send('EXISTS', 'begun', 'key:1', 'key:9')).toBe(3), PATIENCE);
  crowd.leave();
});

test('who does not read leaves its answers with the server', async () => {
  await server.send('SET', 'big', 'x'.repeat(500_000));
  const crowd = await come({ name: 'deaf', repeat: [['GET', 'big']], reads: false });
  await vi.waitFor(async () => expect((await named('deaf')).some(({ omem }) => omem > 5_000_000)).toBe(true), PATIENCE);
  crowd.leave();
});

test('a server that is not there is said at once', async () => {
  const gone = await startRedis();
  await gone.stop();
  await expect(gather(gone, IDLE)).rejects.toThrow('ECONNREFUSED');
});
