import { expect, test } from 'vitest';
import type { Command, Reply } from '../../src/domain/command.ts';
import { ConnectionLost } from '../../src/domain/connection-lost.ts';
import { askAtOnce } from '../../src/flow/ask-at-once.ts';
import type { Opened, ReadOnlySession, Servers } from '../../src/flow/ports.ts';
import { plainTarget } from '../support/target.ts';

const target = plainTarget();
let now = 0;
const clock = { now: () => now, sleep: async () => {} };
const NODE = { host: '10.0.0.1', port: 6379 };
const NAME = '10.0.0.1:6379';
const INFO: Command = ['INFO', 'everything'];
const TIME: Command = ['TIME'];

/** Servers that answer each command with its own words, and note what they were sent. */
function world(lost = false) {
  const sent: string[] = [];
  const closed: string[] = [];
  const read: Servers['read'] = async ({ host }): Promise<Opened<ReadOnlySession>> => {
    if (host === '10.0.0.9') return { kind: 'refused', cause: 'unreachable', detail: 'gone' };
    const session: ReadOnlySession = {
      async ask(commands) {
        sent.push(commands.map((command) => command.join(' ')).join(', '));
        if (lost) throw new ConnectionLost('hung', 'no answer');
        return commands.map((command): Reply => `to ${command.join(' ')}`);
      },
      isOpen: () => true,
      close: () => void closed.push(host),
    };
    return { kind: 'open', session };
  };
  const never = () => Promise.reject(new Error('not here'));
  return { sent, closed, servers: { read, readKeys: never, inspect: never, carry: never, write: never } };
}

async function open(servers: Servers, address = NODE): Promise<ReadOnlySession> {
  const opened = await servers.read(address, target);
  if (opened.kind === 'refused') throw new Error(opened.detail);
  return opened.session;
}

test('everything is sent in one trip; INFO is answered from it as often as it is asked alone, the rest once', async () => {
  const { sent, servers } = world();
  const session = await open(askAtOnce(servers, new Map([[NAME, { as: target, commands: [INFO, TIME] }]]), clock));
  expect(await session.ask([INFO])).toEqual(['to INFO everything']);
  expect(await session.ask([INFO])).toEqual(['to INFO everything']);
  expect(await session.ask([TIME, INFO])).toEqual(['to TIME', 'to INFO everything']);
  expect(sent).toEqual(['INFO everything, TIME']);
  await session.ask([TIME, INFO]);
  await session.ask([INFO]);
  expect(sent).toEqual(['INFO everything, TIME', 'TIME, INFO everything', 'INFO everything']);
});

test('it tells when the answers were really taken, which may be long before they are wanted', async () => {
  now = 1000;
  const { servers } = world();
  const session = await open(askAtOnce(servers, new Map([[NAME, { as: target, commands: [INFO, TIME] }]]), clock));
  await session.ask([INFO]);
  now = 4000;
  await session.ask([INFO, TIME]);
  expect(session.beforehand?.()).toMatchObject({ from: 1000, at: 1000 });
  await session.ask([INFO, TIME]);
  expect(session.beforehand?.()).toBeUndefined();
});

test('what was not among it is sent', async () => {
  const { sent, servers } = world();
  const session = await open(askAtOnce(servers, new Map([[NAME, { as: target, commands: [INFO] }]]), clock));
  expect(await session.ask([INFO, ['CLUSTER', 'NODES']])).toEqual(['to INFO everything', 'to CLUSTER NODES']);
  expect(sent).toEqual(['INFO everything', 'INFO everything, CLUSTER NODES']);
});

test('a node that nobody comes for is closed, one that is not known is opened when it is wanted', async () => {
  const { sent, closed, servers } = world();
  const eager = askAtOnce(servers, new Map([[NAME, { as: target, commands: [INFO] }]]), clock);
  const stranger = await open(eager, { host: '10.0.0.2', port: 6379 });
  await stranger.ask([TIME]);
  eager.close();
  await expect.poll(() => closed).toEqual(['10.0.0.1']);
  expect(sent).toEqual(['INFO everything', 'TIME']);
});

test('a refusal, and a connection that is lost meanwhile, are told to whoever comes', async () => {
  const gone = { host: '10.0.0.9', port: 6379 };
  const refusing = askAtOnce(world().servers, new Map([['10.0.0.9:6379', { as: target, commands: [INFO] }]]), clock);
  expect(await refusing.read(gone, target)).toMatchObject({ kind: 'refused', detail: 'gone' });
  const session = await open(
    askAtOnce(world(true).servers, new Map([[NAME, { as: target, commands: [INFO] }]]), clock),
  );
  await expect(session.ask([INFO])).rejects.toThrow('no answer');
});
