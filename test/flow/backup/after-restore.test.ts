import { expect, test } from 'vitest';
import { RunId } from '../../../src/domain/ids.ts';
import { replicasFollow, settled } from '../../../src/flow/backup/after-restore.ts';
import type { Works } from '../../../src/flow/backup/works.ts';
import type { DeedContext, Servers } from '../../../src/flow/ports.ts';
import { plainTarget } from '../../support/target.ts';

type Look = string | Record<string, string | number>;

/** A server that shows one look after the other, the last one for ever. */
function worksWith(looks: Readonly<Record<string, readonly Look[]>>): { works: Works; passed: () => number } {
  let now = 0;
  const seen = new Map<number, number>();
  const servers: Pick<Servers, 'read'> = {
    async read({ port }) {
      const at = seen.get(port) ?? 0;
      seen.set(port, at + 1);
      const mine = looks[port] ?? [];
      const look = mine[Math.min(at, mine.length - 1)] ?? 'connect ECONNREFUSED';
      if (typeof look === 'string') return { kind: 'refused', cause: 'unreachable', detail: look };
      const fields = {
        redis_version: '7.0.15',
        redis_mode: 'standalone',
        run_id: 'r',
        role: 'master',
        loading: 0,
        ...look,
      };
      const info = Object.entries(fields).map(([name, value]) => `${name}:${value}`);
      return { kind: 'open', session: { ask: async () => [info.join('\r\n')], isOpen: () => true, close: () => {} } };
    },
  };
  const clock = {
    now: () => now,
    async sleep(ms: number) {
      now += ms;
    },
  };
  return { works: { servers, clock } as unknown as Works, passed: () => now };
}

const context: DeedContext = {
  run: RunId.parse('run_0123456789'),
  node: { host: 'h', port: 1 },
  target: plainTarget({ seeds: [{ host: 'h', port: 1 }] }),
  signal: new AbortController().signal,
  progress: () => {},
  atEnd: () => {},
};

const FULL = { db0: 'keys=1000,expires=0' };

test('a server that loads is waited for', async () => {
  const { works, passed } = worksWith({ 1: [{ loading: 1 }, { loading: 1 }, FULL] });
  expect(await settled(works, context)).toEqual({ done: 'h:1 loads nothing' });
  expect(passed()).toBe(1000);
});

test('one that has ended is given up after half a minute', async () => {
  const { works, passed } = worksWith({ 1: [{ loading: 1 }, 'connect ECONNREFUSED'] });
  expect(await settled(works, context)).toEqual({ failed: 'h:1 cannot be read: connect ECONNREFUSED' });
  expect(passed()).toBeLessThan(60_000);
});

test('a restored primary without keys is no success', async () => {
  const { works } = worksWith({ 1: [{}] });
  expect(await replicasFollow(works, context)).toEqual({ failed: 'h:1 holds no keys' });
});

test('replicas are waited for until they are connected and hold the keys', async () => {
  const slave0 = 'ip=h,port=2,state=online,offset=1,lag=0';
  const replica = { role: 'slave', master_host: 'h', master_port: 1 };
  const { works, passed } = worksWith({
    1: [{ ...FULL, slave0 }],
    2: [
      { ...replica, master_link_status: 'down' },
      { ...replica, master_link_status: 'up', db0: 'keys=980,expires=0' },
      { ...replica, master_link_status: 'up', db0: 'keys=990,expires=0' },
    ],
  });
  expect(await replicasFollow(works, context)).toEqual({
    done: 'h:1 is a primary with 1000 keys; 1 replicas hold them too',
  });
  expect(passed()).toBe(1000);
});

test('a replica that never comes is told by name', async () => {
  const { works } = worksWith({ 1: [{ ...FULL, slave0: 'ip=h,port=2,state=online,offset=1,lag=0' }], 2: ['no route'] });
  expect(await replicasFollow(works, context)).toEqual({ failed: 'given up: h:2 cannot be read: no route' });
});
