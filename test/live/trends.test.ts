import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { TargetName } from '../../src/domain/ids.ts';
import type { Report } from '../../src/domain/report.ts';
import { nodeName, type Target } from '../../src/domain/target.ts';
import { diagnose } from '../../src/flow/diagnose.ts';
import { pastOf } from '../../src/flow/past.ts';
import { watchTarget } from '../../src/flow/watch/watched-target.ts';
import type { OpenStore } from '../../src/io/store/store.ts';
import { freshStore } from '../support/databases.ts';
import { realPorts } from '../support/real-ports.ts';
import { plainTarget } from '../support/target.ts';

const MB = 1024 * 1024;
const SETTINGS = { everySeconds: 60, keepSeconds: 48 * 3600 };

let store: OpenStore;
beforeAll(async () => {
  store = await freshStore();
});
afterAll(() => store.close());

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

async function start(...args: Parameters<typeof startRedis>): Promise<RedisServer> {
  const server = await startRedis(...args);
  running.push(server);
  return server;
}

let targets = 0;

/** Watches a server for so many minutes, which pass at once, and then diagnoses it. */
async function after(
  server: RedisServer,
  minutes: number,
  each: (minute: number) => Promise<unknown>,
  more: Partial<Target> = {},
): Promise<Report> {
  targets += 1;
  const target = plainTarget({
    seeds: [server],
    purpose: 'store',
    ...more,
    name: TargetName.parse(`trend-${targets}`),
  });
  const real = await realPorts(store, [target], []);
  let ahead = 0;
  const ports = { ...real, clock: { ...real.clock, now: () => Date.now() + ahead } };
  const watched = watchTarget(ports, target, SETTINGS);
  running.push({ stop: async () => watched.close() });
  for (let minute = 0; minute < minutes; minute += 1) {
    await each(minute);
    await watched.sample();
    ahead += 60_000;
  }
  const { report } = await diagnose(ports, target, { seconds: 1, past: await pastOf(store, target) });
  return report;
}

function found(report: Report, id: string): string | undefined {
  return report.findings.find((finding) => finding.id === id)?.severity;
}

const write = (server: RedisServer, megabytes: number) => async (minute: number) => {
  for (let at = 0; at < megabytes; at += 1) await server.send('SET', `k:${minute}:${at}`, 'x'.repeat(MB));
};

test('a store that fills is told before it is full, with the time that is left', async () => {
  const server = await start({ args: ['--maxmemory', '100mb'] });
  const report = await after(server, 30, write(server, 2));
  expect(found(report, 'memory-forecast-oom')).toBe('critical');
  const forecast = report.findings.find(({ id }) => id === 'memory-forecast-oom');
  expect(forecast?.headline).toMatch(/^Memory reaches maxmemory in about 1\d min: it grows by 2\.?\d* MiB a minute$/);
  expect(report.windowSeconds).toBeGreaterThan(55);
});

test('a cache that fills, a store that was filled at once and one that stays as it is are well', async () => {
  const [cache, loaded, steady] = await Promise.all([
    start({ args: ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'] }),
    start({ args: ['--maxmemory', '100mb'] }),
    start({ args: ['--maxmemory', '100mb'] }),
  ]);
  expect(found(await after(cache, 20, write(cache, 3), { purpose: 'cache' }), 'memory-forecast-oom')).toBe('info');
  const once = async (minute: number) => (minute === 3 ? write(loaded, 50)(minute) : undefined);
  expect(found(await after(loaded, 20, once), 'memory-forecast-oom')).toBeUndefined();
  const same = async () => steady.send('SET', 'k', 'x'.repeat(MB));
  const report = await after(steady, 20, same);
  expect(found(report, 'memory-forecast-oom')).toBeUndefined();
  expect(report.unassessed.filter(({ id }) => id === 'memory-forecast-oom')).toEqual([]);
});

test('a server that became a replica is told for ten minutes', async () => {
  const [primary, other] = await Promise.all([start(), start()]);
  const demote = async (minute: number) =>
    minute === 2 ? other.send('REPLICAOF', primary.host, String(primary.port)) : undefined;
  const report = await after(other, 5, demote);
  const changed = report.findings.filter(({ id, node }) => id === 'role-changed-recently' && node === nodeName(other));
  expect(changed.map(({ headline }) => headline)).toEqual([
    expect.stringContaining('became a replica within the last'),
  ]);
  const later = await after(other, 15, async () => {});
  expect(found(later, 'role-changed-recently')).toBeUndefined();
});
