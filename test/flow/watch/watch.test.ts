import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../../demo/redis-server.ts';
import { TargetName } from '../../../src/domain/ids.ts';
import type { Target } from '../../../src/domain/target.ts';
import { makeWatch, type Watch } from '../../../src/flow/watch/watch.ts';
import type { OpenStore } from '../../../src/io/store/store.ts';
import { freshStore } from '../../support/databases.ts';
import { realPorts } from '../../support/real-ports.ts';
import { plainTarget } from '../../support/target.ts';

const SETTINGS = { everySeconds: 2, keepSeconds: 3600, raiseAfterSeconds: 60 };
const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function watching(server: RedisServer, more: readonly Partial<Target>[], settings?: typeof SETTINGS) {
  const store = await freshStore();
  cleanups.push(() => store.close());
  const targets = more.map((one, at) =>
    plainTarget({ seeds: [server], name: TargetName.parse(`target-${at}`), purpose: 'store', ...one }),
  );
  const watch = makeWatch(await realPorts(store, targets, []), settings);
  cleanups.push(() => watch.close());
  return { store, watch, targets };
}

async function start(): Promise<RedisServer> {
  const server = await startRedis();
  cleanups.push(() => server.stop());
  return server;
}

async function samplesOf(store: OpenStore, targets: readonly Target[]): Promise<number[]> {
  return store.transaction(async (tx) => {
    const counts: number[] = [];
    for (const { name } of targets) {
      const series = await tx.seriesOf(name, 0);
      counts.push([...series.values()].flat().length);
    }
    return counts;
  });
}

/** The window that began a moment ago, and in which every target is due within two seconds. */
const now = () => Date.now() - 100;

test('in a window each target is sampled once, also when the window comes twice', async () => {
  const { store, watch, targets } = await watching(await start(), [{}, {}, { watch: false }], SETTINGS);
  expect(watch.windowMs).toBe(2000);
  const slot = now();
  await watch.window(slot, 2000);
  await expect.poll(() => samplesOf(store, targets), { timeout: 5000 }).toEqual([1, 1, 0]);
  await watch.window(slot, 2000);
  await sleep(300);
  expect(await samplesOf(store, targets)).toEqual([1, 1, 0]);
});

test('the shortest interval makes the windows', async () => {
  const { watch } = await watching(await start(), [{}, { watch: { everySeconds: 1 } }], SETTINGS);
  expect(watch.windowMs).toBe(1000);
});

test.each<[string, Partial<Target>, typeof SETTINGS | undefined]>([
  ['nothing is watched', {}, undefined],
  ['no target is', { watch: false }, SETTINGS],
])('where %s there are no windows', async (_what, target, settings) => {
  expect((await watching(await start(), [target], settings)).watch.windowMs).toBeUndefined();
});

test('a window that is over is nobody’s, and one that is closed samples no more', async () => {
  const { store, watch, targets } = await watching(await start(), [{}], SETTINGS);
  await watch.window(Date.now() - 10_000, 2000);
  await watch.window(Date.now() + 1000, 2000);
  await (watch satisfies Watch).close();
  await sleep(300);
  expect(await samplesOf(store, targets)).toEqual([0]);
});
