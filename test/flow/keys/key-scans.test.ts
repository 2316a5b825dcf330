import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type RedisServer, startRedis } from '../../../demo/redis-server.ts';
import { type IncidentId, SlackUserId, TargetName } from '../../../src/domain/ids.ts';
import { textReply } from '../../../src/domain/probe.ts';
import { cancelKeyScan, openKeyScan, runKeyScan } from '../../../src/flow/keys/key-scans.ts';
import { KEY_BUDGET } from '../../../src/flow/keys/scan-options.ts';
import type { Ports } from '../../../src/flow/ports.ts';
import { requeue } from '../../../src/flow/sweep.ts';
import type { OpenStore } from '../../../src/io/store/store.ts';
import { populate } from '../../lab/lab.ts';
import { freshStore } from '../../support/databases.ts';
import { realPorts } from '../../support/real-ports.ts';
import { plainTarget } from '../../support/target.ts';

/** The test machine may be busy with other tests. */
const CALM = { ...KEY_BUDGET, wallMs: 60_000, noiseMs: 10_000 };
const ALEX = SlackUserId.parse('U024BE7LH');

let store: OpenStore;
let server: RedisServer;
let ports: Ports;
const woken: IncidentId[] = [];

beforeAll(async () => {
  store = await freshStore();
});
afterAll(() => store.close());

beforeEach(async () => {
  server = await startRedis();
  woken.length = 0;
  const name = TargetName.parse(`t${server.port}`);
  const real = await realPorts(store, [plainTarget({ name, seeds: [server] })], []);
  ports = { ...real, queue: { ...real.queue, keys: async (id) => void woken.push(id) } };
});
afterEach(() => server.stop());

function ask() {
  const target = ports.targets.get(TargetName.parse(`t${server.port}`));
  if (!target) throw new Error('the target is gone');
  return openKeyScan(ports, { target, by: ALEX });
}

const scanOf = (id: IncidentId) => store.transaction((tx) => tx.keyScan(id));

test('a scan that was asked for runs, and its result and the diagnosis that it sharpens are kept', async () => {
  await populate(server, 500);
  const { incident, isNew } = await ask();
  expect({ isNew, woken }).toEqual({ isNew: true, woken: [incident.id] });
  expect(await ask()).toMatchObject({ isNew: false });
  await runKeyScan(ports, incident.id, CALM);
  const scan = await scanOf(incident.id);
  expect(scan).toMatchObject({ state: 'ended', trouble: null });
  const [seen] = Object.values(scan?.progress ?? {});
  expect(seen?.sample).toMatchObject({ seen: 500, ended: 'complete' });
  const kept = await store.transaction((tx) => tx.incident(incident.id));
  expect(kept?.report?.keys).toHaveLength(1);
});

test('it ends with what it has when somebody has had enough', async () => {
  await populate(server, 20_000);
  const { incident } = await ask();
  const running = runKeyScan(ports, incident.id, CALM);
  await vi.waitFor(async () => expect((await scanOf(incident.id))?.progress).not.toEqual({}), { timeout: 15_000 });
  expect(await cancelKeyScan(ports, incident.id)).toBeUndefined();
  await running;
  const [seen] = Object.values((await scanOf(incident.id))?.progress ?? {});
  expect(seen?.sample.ended).toBe('cancelled');
  expect(seen?.sample.seen).toBeGreaterThan(0);
  expect(await cancelKeyScan(ports, incident.id)).toBe('This scan has ended already.');
});

test('what a process that died had seen is kept, and another goes on from there', async () => {
  await populate(server, 800);
  const { incident } = await ask();
  await runKeyScan(ports, incident.id, CALM);
  const whole = await scanOf(incident.id);
  if (!whole) throw new Error('there is no scan');
  // As it stood half way: the cursor of a page in the middle and what had been seen until then.
  const [node = '', half] = Object.entries(whole.progress)[0] ?? [];
  const cursor = await server.send('SCAN', '0', 'COUNT', '400');
  if (!Array.isArray(cursor) || !half) throw new Error('there is no page');
  const seen = (cursor[1] as readonly unknown[]).length;
  const runId = /run_id:(\w+)/.exec(textReply(await server.send('INFO', 'server')))?.[1] ?? '';
  const place = { runId, db: 0, cursor: String(cursor[0]) };
  const progress = { [node]: { place, sample: { ...half.sample, seen, ended: 'lost' as const } } };
  await store.transaction((tx) => tx.saveKeyScan({ ...whole, state: 'running', progress }));
  woken.length = 0;
  await requeue(ports);
  expect(woken).toContain(incident.id);
  await runKeyScan(ports, incident.id, CALM);
  const [sample] = Object.values((await scanOf(incident.id))?.progress ?? {}).map((one) => one.sample);
  expect(sample?.ended).toBe('complete');
  expect(sample?.seen).toBeGreaterThanOrEqual(800);
  expect(sample?.seen).toBeLessThan(1000);
});

test('a server that cannot be asked says why', async () => {
  await server.send('ACL', 'SETUSER', 'default', '-scan');
  await server.send('SET', 'k', 'v');
  const { incident } = await ask();
  await runKeyScan(ports, incident.id, CALM);
  expect(await scanOf(incident.id)).toMatchObject({ state: 'ended', trouble: 'NOPERM: scan' });
});
