import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { TargetName } from '../../src/domain/ids.ts';
import { makeSchedule, type Schedule } from '../../src/flow/backup/schedule.ts';
import type { Ports } from '../../src/flow/ports.ts';
import type { OpenStore } from '../../src/io/store/store.ts';
import { freshStore } from '../support/databases.ts';
import { realPorts } from '../support/real-ports.ts';
import { plainTarget } from '../support/target.ts';
import { startWorks, type TestWorks } from '../support/works.ts';

const SHOP = TargetName.parse('shop');
let server: RedisServer;
let store: OpenStore;
let started: TestWorks;
let ports: Ports;
let schedule: Schedule;
let aheadMs = 0;
const measured: string[] = [];

beforeAll(async () => {
  server = await startRedis();
  await server.send('MSET', 'a', '1', 'b', '2');
  store = await freshStore();
  started = await startWorks();
  const every = { kind: 'every', seconds: 3600 } as const;
  const target = plainTarget({ name: SHOP, seeds: [server], backup: { schedule: every, keep: { last: 2 } } });
  const real = await realPorts(store, [target], []);
  const clock = { ...real.clock, now: () => Date.now() + aheadMs };
  started.works.clock = clock;
  const set = (metric: string, _value: number, labels = {}) =>
    void measured.push(`${metric} ${JSON.stringify(labels)}`);
  ports = { ...real, clock, meter: { ...real.meter, set }, log: { ...real.log, warn: () => {} } };
  schedule = makeSchedule(ports, started.works);
});
afterAll(async () => {
  await server.stop();
  await store.close();
  await started.close();
});

async function asked(of = schedule): Promise<string[]> {
  const names: string[] = [];
  await of.tick(async (name) => void names.push(name));
  return names;
}

const count = async () => (await started.works.catalog.list(SHOP)).length;

test('the first is due at once, and only once', async () => {
  expect(await asked()).toEqual(['shop']);
  await schedule.run(SHOP);
  expect(await count()).toBe(1);
  expect(await asked()).toEqual([]);
  // Another process that had asked for it too finds it done.
  await makeSchedule(ports, started.works).run(SHOP);
  expect(await count()).toBe(1);
  expect(measured).toContain('redis_medic_backup_age_seconds {"target":"shop"}');
});

test('the next one comes after an hour, also for a process that has just started, and the oldest goes', async () => {
  aheadMs += 3500_000;
  expect(await asked(makeSchedule(ports, started.works))).toEqual([]);
  for (const want of [2, 2]) {
    aheadMs += 3700_000;
    expect(await asked(makeSchedule(ports, started.works))).toEqual(['shop']);
    await schedule.run(SHOP);
    expect(await count()).toBe(want);
  }
});

test('what fails is told and tried again a little later', async () => {
  aheadMs += 3700_000;
  await server.send('CONFIG', 'SET', 'requirepass', 'secret');
  await schedule.run(SHOP);
  expect(await count()).toBe(2);
  expect(await asked()).toEqual([]);
  aheadMs += 16 * 60_000;
  expect(await asked()).toEqual(['shop']);
});
