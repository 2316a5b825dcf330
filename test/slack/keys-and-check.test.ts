import { afterAll, beforeAll, expect, test } from 'vitest';
import { INCIDENTS_CHANNEL, RILEY } from '../../demo/cast.ts';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { keyOf } from '../../demo/workspace/hands.ts';
import type { Message } from '../../demo/workspace/model.ts';
import { TargetName } from '../../src/domain/ids.ts';
import { runKeyScan } from '../../src/flow/keys/key-scans.ts';
import { KEY_BUDGET } from '../../src/flow/keys/scan-options.ts';
import { loadPlaybooks } from '../../src/io/playbooks.ts';
import { openServers } from '../../src/io/redis/servers.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { populate } from '../lab/lab.ts';
import { plainTarget } from '../support/target.ts';
import { type House, openHouse } from './house.ts';

let house: House;
let server: RedisServer;
beforeAll(async () => {
  server = await startRedis({ args: ['--timeout', '30'] });
  await populate(server, 300);
  const units = await loadShelves();
  const name = TargetName.parse('real-store');
  house = await openHouse({
    ports: {
      servers: openServers(units.probes),
      shelves: { ...units, playbooks: await loadPlaybooks(units) },
      targets: new Map([[name, plainTarget({ name, seeds: [server], purpose: 'store' })]]),
    },
  });
});
afterAll(async () => {
  await house.stop();
  await server.stop();
});

async function slash(text: string): Promise<string> {
  const delivery = await house.workspace.slash({ user: RILEY, channel: INCIDENTS_CHANNEL, text });
  return (delivery.body as { text: string }).text;
}

function inThread(containing: string): Promise<Message> {
  return house.workspace.waitFor(() => {
    const all = house.workspace.messages(INCIDENTS_CHANNEL).flatMap((root) => house.workspace.thread(root.ts));
    return all.find((one) => String(keyOf(one)).endsWith('/keys') && JSON.stringify(one).includes(containing));
  });
}

test('/redis check shows the scores and what failed to the asker', async () => {
  const answer = await slash('check real-store');
  expect(answer).toContain('*Readiness of real-store*');
  expect(answer).toMatch(/Persistence: \*\d+ %\* \(\d+ failed/);
  expect(answer).toContain('timeout is 30');
  expect(await slash('check real-stor')).toContain('Did you mean `/redis check real-store`?');
});

test('/redis keys shows progress with a button, and then what the keys are', async () => {
  expect(await slash('keys real-store')).toContain('Sampling the keys of *real-store*');
  const [incident] = house.queued.keys;
  if (!incident) throw new Error('nothing was queued');
  const progress = await inThread('Sampling the keys of real-store');
  expect(JSON.stringify(progress.blocks)).toContain('rm:v1:stopkeys');
  expect(await slash('keys real-store')).toContain('being sampled already');
  // The test machine may be busy with other tests.
  await runKeyScan(house.ports, incident, { ...KEY_BUDGET, noiseMs: 10_000 });
  const result = await inThread('Types: 300 string');
  expect(JSON.stringify(result.blocks)).toContain('key:*');
  expect(JSON.stringify(result.blocks)).not.toContain('stopkeys');
});

test('a click on Enough asks the scan to stop, and one that has ended says so', async () => {
  await slash('keys real-store');
  const incident = house.queued.keys.at(-1);
  if (!incident) throw new Error('nothing was queued');
  const progress = await inThread('stopkeys');
  await house.workspace.click({ user: RILEY, messageTs: progress.ts, actionId: 'rm:v1:stopkeys' });
  await inThread('It was asked to stop');
  const scan = await house.ports.store.transaction((tx) => tx.keyScan(incident));
  expect(scan?.cancelRequested).toBe(true);
});
