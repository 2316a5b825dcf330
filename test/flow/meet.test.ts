import { expect, test } from 'vitest';
import { kindOf, type ServerKind } from '../../src/domain/server.ts';
import { type Met, meet, onlyAs, readInfo } from '../../src/flow/meet.ts';
import type { ReadOnlySession, Servers } from '../../src/flow/ports.ts';
import { plainTarget } from '../support/target.ts';

const SENTINEL = 'redis_version:6.2.16\r\nredis_mode:sentinel';
const address = { host: '10.0.0.1', port: 26379 };

/** Servers that answer INFO and its sections with these texts. */
function telling(texts: Readonly<Record<string, string>>) {
  const closed: boolean[] = [];
  const session: ReadOnlySession = {
    ask: async (commands) => commands.map((command) => texts[command.join(' ')] ?? null),
    isOpen: () => closed.length === 0,
    close: () => void closed.push(true),
  };
  const servers: Pick<Servers, 'read'> = { read: async () => ({ kind: 'open', session }) };
  return {
    closed,
    meet: (expected: ServerKind) => meet(servers as Servers, plainTarget(), { address, origin: 'seed' }, expected),
  };
}

function is(one: Met): string {
  return one.kind === 'member' ? kindOf(one.identity) : one.cause;
}

test.each([SENTINEL, 'valkey_version:8.1.1\r\nserver_mode:sentinel'])('a Sentinel says so itself: %j', (text) => {
  expect(readInfo(text)).toMatchObject({ identity: { mode: 'sentinel' } });
});

test('a Sentinel of 6.2 answers INFO everything with nothing and is asked again', async () => {
  const { meet: go } = telling({ 'INFO everything': '', INFO: SENTINEL });
  expect(is(await go('server'))).toBe('sentinel');
  expect(is(await go('sentinel'))).toBe('sentinel');
});

test('what is something else than is wanted there counts as not read, and is let go', async () => {
  const { meet: go, closed } = telling({ 'INFO everything': SENTINEL, INFO: 'redis_version:7.0.15' });
  const sentinel = await go('server');
  expect(onlyAs('sentinel', sentinel)).toBe(sentinel);
  expect(onlyAs('server', sentinel)).toMatchObject({
    cause: 'not-a-redis-server',
    detail: expect.stringContaining('a Sentinel, which holds no data'),
  });
  expect(onlyAs('sentinel', await go('sentinel'))).toMatchObject({
    detail: expect.stringContaining('a data server, no Sentinel'),
  });
  expect(closed).toHaveLength(2);
});
