import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { ReplyError } from '../../src/domain/command.ts';
import { textReply } from '../../src/domain/probe.ts';
import type { Carrier } from '../../src/flow/ports.ts';
import { openServers } from '../../src/io/redis.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { plainTarget } from '../support/target.ts';

const { probes } = await loadShelves();
const servers = openServers(probes);
let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

async function carrying(): Promise<Carrier> {
  const opened = await servers.carry(server, plainTarget({ seeds: [server] }));
  if (opened.kind === 'refused') throw new Error(opened.detail);
  return opened.session;
}

describe('carrying keys', () => {
  test('values and names are bytes in both directions, as texts of one character a byte or as they are', async () => {
    const carrier = await carrying();
    const name = Buffer.from([0, 13, 10, 255]);
    await server.send('SET', 'a', 'é\u0000\r\n');
    const { replies, tookMs } = await carrier.send([['DUMP', 'a']]);
    const dump = Buffer.from(textReply(replies[0] ?? null), 'latin1');
    const put = await carrier.send([
      ['RESTORE', name, '0', dump],
      ['RESTORE', 'again', '60000', textReply(replies[0] ?? null)],
      ['RESTORE', 'again', '0', dump],
      ['EXISTS', name],
      ['PTTL', 'again'],
    ]);
    expect(put.replies[0]).toBe('OK');
    expect(put.replies[1]).toBe('OK');
    expect(put.replies[2]).toMatchObject({ code: 'BUSYKEY' });
    expect(put.replies[3]).toBe(1);
    expect(put.replies[4]).toBeGreaterThan(50_000);
    expect(tookMs).toBeGreaterThan(0);
    expect(await server.send('GET', 'again')).toBe('é\u0000\r\n');
    carrier.close();
  });

  test('what neither copies a key nor puts one back is not sent', async () => {
    const carrier = await carrying();
    for (const command of [
      ['SET', 'a', 'b'],
      ['FLUSHALL'],
      ['FUNCTION', 'FLUSH'],
      ['FUNCTION', Buffer.from('RESTORE')],
      ['EVAL', 'x', '0'],
    ] as const) {
      await expect(carrier.send([['DUMP', 'a'], command])).rejects.toThrow('so it was not sent');
    }
    carrier.close();
  });
});

test('whatever is called inspecting cannot write', async () => {
  const opened = await servers.inspect(server, plainTarget({ seeds: [server] }));
  if (opened.kind === 'refused') throw new Error(opened.detail);
  const { session } = opened;
  await expect(session.ask([['RESTORE', 'never', '0', 'x']])).rejects.toThrow('it was not sent');
  await expect(session.ask([['DUMP', 'again']])).rejects.toThrow('it was not sent');
  expect((await session.ask([['TYPE', 'never']])).replies[0]).not.toBeInstanceOf(ReplyError);
  expect(await server.send('EXISTS', 'never')).toBe(0);
  session.close();
});
