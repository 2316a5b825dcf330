import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { ReplyError } from '../../src/domain/command.ts';
import { textReply } from '../../src/domain/probe.ts';
import type { Target } from '../../src/domain/target.ts';
import type { Carrier, Flow } from '../../src/flow/ports.ts';
import { openServers } from '../../src/io/redis/servers.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { makeCertificate } from '../support/certificate.ts';
import { plainTarget } from '../support/target.ts';

const { probes } = await loadShelves();
const servers = openServers(probes);
let server: RedisServer;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());

async function carrying(over: Partial<Target> = {}): Promise<Carrier> {
  const opened = await servers.carry(server, plainTarget({ seeds: [server], ...over }));
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

  /** What RESTORE takes for a text of so many bytes, in pieces. */
  async function flowing(size: number, length = 0): Promise<Flow> {
    await server.send('CONFIG', 'SET', 'rdbcompression', 'no');
    await server.send('DEL', 'source');
    await server.send('SETRANGE', 'source', String(size - 1), 'x');
    const { replies } = await (await carrying()).send([['DUMP', 'source']]);
    const dump = Buffer.from(textReply(replies[0] ?? null), 'latin1');
    return {
      length: length || dump.length,
      async *bytes() {
        for (let at = 0; at < dump.length; at += 300_000) yield dump.subarray(at, at + 300_000);
      },
    };
  }

  test('a value flows onto the connection between others', async () => {
    const carrier = await carrying();
    const value = await flowing(20_000_000);
    const { replies } = await carrier.send([
      ['EXISTS', 'flown'],
      ['RESTORE', 'flown', '0', value, 'ABSTTL'],
      ['EXISTS', 'flown'],
    ]);
    expect(replies).toEqual([0, 'OK', 1]);
    expect(await server.send('STRLEN', 'flown')).toBe(20_000_000);
    carrier.close();
  });

  test('a value that breaks off, or has not the length that was said, is nothing to the server', async () => {
    const whole = await flowing(1_000_000);
    async function* cut() {
      yield Buffer.alloc(400_000);
      throw new Error('it was cancelled');
    }
    const ways: [Flow, string][] = [
      [{ ...whole, bytes: cut }, 'it was cancelled'],
      [{ ...whole, length: whole.length + 1 }, 'has not the'],
      [{ ...whole, length: whole.length - 1 }, 'has not the'],
    ];
    for (const [value, why] of ways) {
      const carrier = await carrying();
      await expect(carrier.send([['RESTORE', 'broken', '0', value]])).rejects.toThrow(why);
      await expect(carrier.send([['EXISTS', 'broken']])).rejects.toMatchObject({ name: 'ConnectionLost' });
    }
    expect(await server.send('EXISTS', 'broken')).toBe(0);
  });

  test('a connection that is cut in the middle is lost', async () => {
    const carrier = await carrying();
    const whole = await flowing(1_000_000);
    async function* killed() {
      for await (const part of whole.bytes()) {
        yield part;
        await server.send('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      }
    }
    const sending = carrier.send([['RESTORE', 'killed', '0', { ...whole, bytes: killed }]]);
    await expect(sending).rejects.toMatchObject({ name: 'ConnectionLost' });
    expect(await server.send('EXISTS', 'killed')).toBe(0);
  });

  test('who is not let in hears why', async () => {
    await server.send('ACL', 'SETUSER', 'fix', 'on', '>p', '~*', '+@all');
    const login = (password: string) => ({ credentials: { username: 'fix', password } });
    const named = await carrying(login('p'));
    expect((await named.send([['EXISTS', 'nothing']])).replies).toEqual([0]);
    expect(await server.send('CLIENT', 'LIST')).toMatch(/name=redis-medic .*user=fix/);
    named.close();
    expect(await servers.carry(server, plainTarget({ seeds: [server], ...login('wrong') }))).toMatchObject({
      cause: 'auth-refused',
      detail: expect.stringContaining('it refused the credentials of fix'),
    });
    expect(await servers.carry({ host: '127.0.0.1', port: 1 }, plainTarget({ seeds: [server] }))).toMatchObject({
      cause: 'unreachable',
    });
  });

  test('TLS is spoken where the target has it, also for what flows', async () => {
    const value = await flowing(3_000_000);
    const certificate = await makeCertificate();
    const door = { host: 'localhost', port: await freePort() };
    const args = ['--tls-port', String(door.port), '--tls-auth-clients', 'no', ...certificate.args];
    const secure = await startRedis({ args });
    const by = (tls?: Target['tls']) => servers.carry(door, plainTarget({ seeds: [door], ...(tls && { tls }) }));
    const opened = await by({ ca: certificate.cert });
    if (opened.kind === 'refused') throw new Error(opened.detail);
    expect((await opened.session.send([['RESTORE', 'flown', '0', value]])).replies).toEqual(['OK']);
    expect(await secure.send('STRLEN', 'flown')).toBe(3_000_000);
    opened.session.close();
    expect(await by({})).toMatchObject({ cause: 'tls-mismatch', detail: expect.stringContaining('self-signed') });
    expect(await by()).toMatchObject({ cause: 'tls-mismatch', detail: expect.stringContaining('speaks TLS') });
    await secure.stop();
    await certificate.remove();
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
