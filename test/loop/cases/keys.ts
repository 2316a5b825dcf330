import { parseInfo } from '../../../src/domain/info.ts';
import { textReply } from '../../../src/domain/probe.ts';
import { populate } from '../../lab/lab.ts';
import { type LoopCase, NAMED } from '../loop-case.ts';

export const keys: readonly LoopCase[] = [
  {
    playbook: 'unlink-named-keys',
    name: 'a report that nobody needs takes the memory of a server',
    asked: { because: NAMED, finds: 'memory-near-maxmemory', values: { keys: 'report:1 report:2' } },
    undo: 'as-before',
    application: 'quiet',
    async arrange(lab) {
      const server = await lab.start(['--maxmemory-policy', 'noeviction']);
      for (let at = 0; at < 20; at += 1) await server.send('SET', `filler:${at}`, 'x'.repeat(2 ** 20));
      await server.send('HSET', 'report:1', 'rows', 'x'.repeat(100_000), 'total', '7');
      await server.send('SET', 'report:2', 'x', 'PX', '36000000');
      await server.send('SET', 'stays', '1');
      const used = parseInfo(textReply(await server.send('INFO', 'memory'))).number('used_memory') ?? 0;
      await server.send('CONFIG', 'SET', 'maxmemory', String(Math.ceil(used * 1.03)));
      return [server];
    },
  },
  {
    playbook: 'expire-keys',
    name: 'keys that nobody gave an end',
    target: { purpose: 'cache' },
    asked: {
      because: NAMED,
      finds: 'keys-without-ttl-in-cache',
      values: { keys: 'session:1 session:2', after: 3600 },
    },
    undo: 'as-before',
    application: 'quiet',
    async arrange(lab) {
      const server = await lab.start();
      await populate(server, 1500);
      await server.send('MSET', 'session:1', 'a', 'session:2', 'b');
      return [server];
    },
  },
  {
    playbook: 'trim-stream',
    name: 'a stream keeps what everybody has read',
    asked: {
      because: 'only a scan of the keys sees streams, and a person asks for one',
      values: { key: 'events', keep: 10 },
    },
    undo: 'none',
    async arrange(lab) {
      const server = await lab.start();
      for (let at = 0; at < 100; at += 1) await server.send('XADD', 'events', '*', 'n', String(at));
      await server.send('XGROUP', 'CREATE', 'events', 'workers', '$');
      return [server];
    },
  },
  {
    playbook: 'remove-dead-consumer',
    name: 'a consumer that was last seen years ago is still a member of its group',
    asked: {
      because: 'only a scan of the keys sees streams, and a person asks for one',
      values: { key: 'events', group: 'workers', consumer: 'gone' },
    },
    undo: 'as-before',
    async arrange(lab) {
      const server = await lab.start();
      const socket = await lab.socket(server);
      socket.write(
        Buffer.concat([Buffer.from('*4\r\n'), ...['RESTORE', 'events', '0', WITH_A_DEAD_CONSUMER].map(bulk)]),
      );
      await lab.until(server, 'db0', (keys) => keys !== '');
      return [server];
    },
  },
];

/** What DUMP of Redis 7.0 gives of a stream with group workers, whose only consumer was last seen on 1 January 2024. */
const WITH_A_DEAD_CONSUMER = Buffer.from(
  'EwEQAAAAAAAAAAEAAAAAAAAAABwcAAAACgABAQABAQGBbgIAAQIBAAEAAQEBBAH/AQEAAQAAAAEBB3dvcmtlcnMBAAEAAQRnb25lAPRRwowBAAAACgBnhgQAG7XOAQ==',
  'base64',
);

function bulk(word: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from(`$${Buffer.byteLength(word)}\r\n`), Buffer.from(word), Buffer.from('\r\n')]);
}
