import { expect, test } from 'vitest';
import { ConnectionLost } from '../../../src/domain/connection-lost.ts';
import { textReply } from '../../../src/domain/probe.ts';
import type { Opened, ReadOnlySession, Servers } from '../../../src/flow/ports.ts';
import { keepSessions } from '../../../src/flow/watch/kept-sessions.ts';
import { plainTarget } from '../../support/target.ts';

const target = plainTarget();
const NODE = { host: '10.0.0.1', port: 6379 };

/** One server that can be up, down or lost, and what became of the connections to it. */
function world() {
  const server = { state: 'up' as 'up' | 'down' | 'lost', opened: 0, tries: 0, closed: 0, broken: false, now: 0 };
  const read = async (): Promise<Opened<ReadOnlySession>> => {
    server.tries += 1;
    if (server.state === 'down') return { kind: 'refused', cause: 'unreachable', detail: 'gone' };
    server.opened += 1;
    server.broken = false;
    const session: ReadOnlySession = {
      async ask() {
        if (server.state === 'lost') throw new ConnectionLost('hung', 'no answer');
        return ['PONG'];
      },
      isOpen: () => !server.broken,
      close: () => {
        server.closed += 1;
      },
    };
    return { kind: 'open', session };
  };
  const never = () => Promise.reject(new Error('not here'));
  const servers: Servers = { read, readKeys: never, inspect: never, carry: never, write: never };
  return { server, kept: keepSessions(servers, { now: () => server.now, sleep: async () => {} }) };
}

async function look({ kept }: ReturnType<typeof world>): Promise<string> {
  const opened = await kept.read(NODE, target);
  if (opened.kind === 'refused') return opened.detail;
  try {
    return textReply((await opened.session.ask([['PING']]))[0]);
  } catch (error) {
    return (error as Error).message;
  } finally {
    opened.session.close();
    kept.prune();
  }
}

test('one connection serves every look, until it is given up', async () => {
  const one = world();
  for (let at = 0; at < 5; at += 1) expect(await look(one)).toBe('PONG');
  expect(one.server).toMatchObject({ opened: 1, closed: 0 });
  one.kept.close();
  expect(one.server.closed).toBe(1);
});

test('one that the server closed, or that was lost, is opened anew', async () => {
  const one = world();
  await look(one);
  one.server.broken = true;
  expect(await look(one)).toBe('PONG');
  one.server.state = 'lost';
  expect(await look(one)).toBe('no answer');
  one.server.state = 'up';
  expect(await look(one)).toBe('PONG');
  expect(one.server).toMatchObject({ opened: 3, closed: 2 });
});

test('a server that cannot be had is tried ever more rarely, and at once again when it was well', async () => {
  const one = world();
  one.server.state = 'down';
  const tries: number[] = [];
  for (let at = 0; at < 240; at += 5) {
    one.server.now = at * 1000;
    const before = one.server.tries;
    expect(await look(one)).toBe('gone');
    if (one.server.tries > before) tries.push(at);
  }
  expect(tries).toEqual([0, 5, 15, 35, 75, 135, 195]);
  one.server.state = 'up';
  one.server.now = 300_000;
  expect(await look(one)).toBe('PONG');
});

test('a server that is no member any more is let go', async () => {
  const one = world();
  await look(one);
  one.kept.prune();
  expect(one.server.closed).toBe(1);
});
