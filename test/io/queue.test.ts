import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { type IncidentId, makeIds, type RunId, TargetName } from '../../src/domain/ids.ts';
import type { Handlers, OpenQueue } from '../../src/io/open-queue.ts';
import { openQueue } from '../../src/io/queue.ts';
import { openStore } from '../../src/io/store/open-store.ts';
import type { OpenStore } from '../../src/io/store/store.ts';
import { freshStore, scratchFolder } from '../support/databases.ts';
import { type PostgresServer, startPostgres } from '../support/postgres.ts';

const ids = makeIds((below) => Math.floor(Math.random() * below));
const hear = () => vi.fn<(facts: object, sentence: string) => void>();
const log = { debug: hear(), info: hear(), warn: hear(), error: hear() };

const nothing = async () => {};
const forever = () => new Promise<void>(() => {});

function handlers(run: (id: RunId) => Promise<void> = nothing, diagnose: (id: IncidentId) => Promise<void> = nothing) {
  return {
    run: vi.fn<Handlers['run']>(run),
    diagnose: vi.fn<Handlers['diagnose']>(diagnose),
    watch: vi.fn<Handlers['watch']>(nothing),
    keys: vi.fn<Handlers['keys']>(nothing),
    backup: vi.fn<Handlers['backup']>(nothing),
  };
}

/** What a queue is opened on; each is used by several queues, one after the other or at once. */
interface Backend {
  store: OpenStore;
  queueUrl?: string;
}

let postgres: PostgresServer;
let redis: RedisServer;

beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(), startRedis({ args: ['--maxmemory-policy', 'noeviction'] })]);
});
afterAll(async () => {
  await Promise.all([postgres.stop(), redis.stop()]);
});

const BACKENDS: Record<string, () => Promise<Backend>> = {
  PGlite: async () => ({ store: await freshStore() }),
  PostgreSQL: async () => {
    const databaseUrl = await postgres.database();
    return { store: await openStore({ databaseUrl, folder: await scratchFolder() }) };
  },
  Redis: async () => {
    await redis.send('FLUSHALL');
    return { store: await freshStore(), queueUrl: redis.url };
  },
};

describe.each(Object.entries(BACKENDS))('the queue on %s', (_name, open) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await open();
    // Each queue of this test leaves listeners on the pool that they share.
    if (backend.store.database.pool instanceof EventEmitter) backend.store.database.pool.setMaxListeners(100);
  });
  afterAll(async () => {
    await backend.store.close();
  });

  async function newQueue(): Promise<OpenQueue> {
    const { store, queueUrl } = backend;
    const queue = await openQueue({ database: store.database, log, ...(queueUrl !== undefined && { queueUrl }) });
    onTestFinished(() => queue.close(1000));
    return queue;
  }

  test('runs that wait for people keep no other from its worker', async () => {
    const queue = await newQueue();
    const released = Promise.withResolvers<void>();
    const work = handlers(() => released.promise);
    await queue.work(work);
    for (let count = 1; count <= 12; count += 1) await queue.run(ids.run());
    await vi.waitFor(() => expect(work.run).toHaveBeenCalledTimes(12), { timeout: 20_000 });
    released.resolve();
  });

  test('a run is handled once', async () => {
    const queue = await newQueue();
    let handled = 0;
    const work = handlers(async () => {
      handled += 1;
    });
    await queue.work(work);
    await sleep(200);
    for (let count = 1; count <= 20; count += 1) {
      await queue.run(ids.run());
      await vi.waitFor(() => expect(handled).toBe(count), { interval: 5 });
    }
    expect(work.run).toHaveBeenCalledTimes(20);
  });

  test('a backup is handled once, and can be asked for again when it is over', async () => {
    const queue = await newQueue();
    const work = handlers();
    await queue.work(work);
    const name = TargetName.parse('shop');
    await queue.backup(name);
    await queue.backup(name);
    await vi.waitFor(() => expect(work.backup).toHaveBeenCalledWith(name), 10_000);
    await vi.waitFor(async () => {
      await queue.backup(name);
      expect(work.backup.mock.calls.length).toBeGreaterThan(1);
    });
    await queue.close(1000);
  });

  test('a scan of keys is handled once, and can be asked for again when it is over', async () => {
    const queue = await newQueue();
    const work = handlers();
    const id = ids.incident();
    await queue.keys(id);
    await queue.keys(id);
    await queue.work(work);
    await vi.waitFor(() => expect(work.keys).toHaveBeenCalledTimes(1), 10_000);
    await sleep(200);
    await queue.keys(id);
    await vi.waitFor(() => expect(work.keys).toHaveBeenCalledTimes(2), 10_000);
  });

  test('a second wake for a run is not a second handling', async () => {
    const queue = await newQueue();
    const { promise, resolve } = Promise.withResolvers<void>();
    const work = handlers(() => promise);
    const id = ids.run();
    await queue.run(id);
    await queue.run(id);
    await queue.work(work);
    await vi.waitFor(() => expect(work.run).toHaveBeenCalledTimes(1), 10_000);
    await queue.run(id);
    resolve();
    await sleep(300);
    await queue.run(id);
    await sleep(300);
    expect(work.run.mock.calls).toEqual([[id]]);
  });

  test('a handler that throws is not called again by itself, only when somebody asks again', async () => {
    const queue = await newQueue();
    const work = handlers(() => Promise.reject(new Error('broken')));
    await queue.work(work);
    const id = ids.run();
    await queue.run(id);
    await vi.waitFor(
      () => expect(log.error).toHaveBeenCalledWith(expect.objectContaining({ id }), 'job failed'),
      10_000,
    );
    await sleep(300);
    expect(work.run).toHaveBeenCalledTimes(1);
    await queue.run(id);
    await vi.waitFor(() => expect(work.run).toHaveBeenCalledTimes(2), 10_000);
  });

  test('what waits when the process ends is handled by the next', async () => {
    const id = ids.run();
    const before = await newQueue();
    await before.run(id);
    await before.close(1000);
    const queue = await newQueue();
    const work = handlers();
    await queue.work(work);
    await vi.waitFor(() => expect(work.run).toHaveBeenCalledWith(id), 10_000);
  });

  test('of several requests for a diagnosis one waits, and one asked for during it follows', async () => {
    const queue = await newQueue();
    const doors = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let calls = 0;
    const work = handlers(nothing, async () => {
      calls += 1;
      await doors[calls - 1]?.promise;
    });
    const id = ids.incident();
    await queue.diagnose(id);
    await queue.diagnose(id);
    await queue.work(work);
    await vi.waitFor(() => expect(calls).toBe(1), 10_000);
    await queue.diagnose(id);
    await queue.diagnose(id);
    await sleep(200);
    expect(calls).toBe(1);
    doors[0]?.resolve();
    await vi.waitFor(() => expect(calls).toBe(2), 10_000);
    doors[1]?.resolve();
    await sleep(300);
    expect(work.diagnose.mock.calls).toEqual([[id], [id]]);
    await queue.diagnose(id);
    await vi.waitFor(() => expect(calls).toBe(3), 10_000);
  });

  test('four diagnoses are handled at once', async () => {
    const queue = await newQueue();
    const { promise, resolve } = Promise.withResolvers<void>();
    const work = handlers(nothing, () => promise);
    await queue.work(work);
    for (let count = 0; count < 5; count += 1) await queue.diagnose(ids.incident());
    await vi.waitFor(() => expect(work.diagnose).toHaveBeenCalledTimes(4), 10_000);
    await sleep(200);
    expect(work.diagnose).toHaveBeenCalledTimes(4);
    resolve();
    await vi.waitFor(() => expect(work.diagnose).toHaveBeenCalledTimes(5), 10_000);
  });

  test('closing waits for the handlers that run and takes no more work', async () => {
    const queue = await newQueue();
    const { promise, resolve } = Promise.withResolvers<void>();
    const work = handlers(() => promise);
    await queue.work(work);
    await queue.run(ids.run());
    await vi.waitFor(() => expect(work.run).toHaveBeenCalledTimes(1), 10_000);
    let closed = false;
    const closing = queue.close(5000).then(() => {
      closed = true;
    });
    await sleep(200);
    expect(closed).toBe(false);
    resolve();
    await closing;
    expect(work.run).toHaveBeenCalledTimes(1);
  });

  test('closing gives up on a handler that does not end', async () => {
    const queue = await newQueue();
    const work = handlers(forever);
    await queue.work(work);
    await queue.run(ids.run());
    await vi.waitFor(() => expect(work.run).toHaveBeenCalledTimes(1), 10_000);
    const began = performance.now();
    await queue.close(200);
    expect(performance.now() - began).toBeLessThan(2000);
  });

  test('waking a worker before the transaction has committed is a mistake', async () => {
    const queue = await newQueue();
    await expect(backend.store.transaction(() => queue.run(ids.run()))).rejects.toThrow('before');
  });

  test('windows follow each other, each handled once, whoever is at work', async () => {
    const queues = [await newQueue(), await newQueue()];
    const work = handlers();
    for (const queue of queues) {
      await queue.watch(200);
      await queue.work(work);
    }
    await vi.waitFor(() => expect(work.watch.mock.calls.length).toBeGreaterThanOrEqual(6), { timeout: 5000 });
    await queues[0]?.watch();
    await sleep(300);
    const slots = work.watch.mock.calls.map(([slot]) => slot);
    expect(work.watch.mock.calls.every(([, length]) => length === 200)).toBe(true);
    expect(new Set(slots).size).toBe(slots.length);
    expect(slots.slice(1).every((slot, at) => (slot - (slots[at] ?? 0)) % 200 === 0)).toBe(true);
    const ended = work.watch.mock.calls.length;
    await sleep(600);
    expect(work.watch).toHaveBeenCalledTimes(ended);
  });

  test('windows go on after a restart, also with another length', async () => {
    const before = await newQueue();
    await before.watch(60_000);
    await before.close(1000);
    const queue = await newQueue();
    const work = handlers();
    await queue.watch(300);
    await queue.work(work);
    await vi.waitFor(() => expect(work.watch.mock.calls.length).toBeGreaterThanOrEqual(3), { timeout: 5000 });
    expect(work.watch.mock.calls.every(([, length]) => length === 300)).toBe(true);
    await queue.watch();
  });

  test('tidying keeps what is young', async () => {
    const queue = await newQueue();
    const work = handlers();
    await queue.work(work);
    const id = ids.run();
    await queue.run(id);
    await vi.waitFor(() => expect(work.run).toHaveBeenCalledTimes(1), 10_000);
    await sleep(200);
    await queue.tidy();
    await queue.run(id);
    await sleep(200);
    expect(work.run).toHaveBeenCalledTimes(1);
  });
});

test('what a killed process left on PGlite: a diagnosis is made again, a run only when somebody asks', async () => {
  const store = await freshStore();
  onTestFinished(() => store.close());
  const [run, incident] = [ids.run(), ids.incident()];
  const first = await openQueue({ database: store.database, log });
  const stuck = handlers(forever, forever);
  await first.work(stuck);
  await first.run(run);
  await first.diagnose(incident);
  await vi.waitFor(
    () => expect([stuck.run.mock.calls, stuck.diagnose.mock.calls]).toEqual([[[run]], [[incident]]]),
    10_000,
  );
  await first.close(0);

  const next = await openQueue({ database: store.database, log });
  const work = handlers();
  await next.work(work);
  await vi.waitFor(() => expect(work.diagnose.mock.calls).toEqual([[incident]]), 10_000);
  expect(work.run).not.toHaveBeenCalled();
  await next.run(run);
  await vi.waitFor(() => expect(work.run.mock.calls).toEqual([[run]]), 10_000);
  await next.close(1000);
});

test('windows go on when the next one was lost with the process that should have asked for it', async () => {
  const store = await freshStore();
  onTestFinished(() => store.close());
  const queue = await openQueue({ database: store.database, log });
  const work = handlers();
  await queue.watch(200);
  await queue.work(work);
  await vi.waitFor(() => expect(work.watch).toHaveBeenCalled(), 10_000);
  const client = await store.database.pool.connect();
  await client.query("delete from bullmq.job where queue = 'watch' and state in ('delayed', 'waiting')", []);
  client.release();
  const soFar = work.watch.mock.calls.length;
  await sleep(600);
  await queue.tidy();
  await vi.waitFor(() => expect(work.watch.mock.calls.length).toBeGreaterThan(soFar + 2), { timeout: 5000 });
  await queue.close(1000);
});

test('work goes on after a restart of PostgreSQL', async () => {
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  const store = await openStore({ databaseUrl: await server.database(), folder: await scratchFolder() });
  const queue = await openQueue({ database: store.database, log });
  const work = handlers();
  await queue.work(work);
  await queue.run(ids.run());
  await vi.waitFor(() => expect(work.run).toHaveBeenCalledTimes(1), 10_000);
  await server.restart();
  await queue.run(ids.run());
  await vi.waitFor(() => expect(work.run).toHaveBeenCalledTimes(2), { timeout: 10_000 });
  await queue.close(1000);
  await store.close();
});

test.each([
  'http://127.0.0.1:6379',
  'not a url',
  'redis://user:secret@127.0.0.1:1',
  'redis://user:half/secret@127.0.0.1:1',
  'redis://user:half@secret@127.0.0.1:x',
])('a QUEUE_URL that cannot be used is refused, without its password: %s', async (queueUrl) => {
  const store = await freshStore();
  onTestFinished(() => store.close());
  const open = openQueue({ database: store.database, queueUrl, log });
  await expect(open).rejects.toMatchObject({ code: 'queue-url-invalid' });
  await expect(open).rejects.not.toThrow('secret');
});
