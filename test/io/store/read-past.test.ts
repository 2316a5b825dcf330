import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TargetName } from '../../../src/domain/ids.ts';
import { openStore } from '../../../src/io/store/open-store.ts';
import { readPast } from '../../../src/io/store/read-past.ts';
import { scratchFolder } from '../../support/databases.ts';
import { type PostgresServer, query, startPostgres } from '../../support/postgres.ts';
import { plainTarget } from '../../support/target.ts';

const target = plainTarget({ name: TargetName.parse('prod-cache') });
const NODE = '10.0.0.1:6379';

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

test('what the bot has kept of a target', async () => {
  const databaseUrl = await postgres.database();
  const store = await openStore({ databaseUrl, folder: await scratchFolder() });
  const sample = { at: 5, runId: 'a', answers: new Map([['["INFO","everything"]', 'x']]) };
  const point = { at: 5, runId: 'a', role: 'primary' as const, values: { used_memory: 1 } };
  await store.transaction((tx) => tx.keepSample(target.name, NODE, sample, point));
  await store.close();
  expect(await readPast(databaseUrl, target)).toEqual({
    samples: new Map([[NODE, sample]]),
    series: new Map([[NODE, [point]]]),
  });
});

test('a database without a bot, or of another version, is left alone and told', async () => {
  const databaseUrl = await postgres.database();
  expect(await readPast(databaseUrl, target)).toMatch(/^its schema is at version 0/);
  expect(await query(databaseUrl, "select count(*)::int as count from pg_namespace where nspname = 'medic'")).toEqual([
    { count: 0 },
  ]);
  await (await openStore({ databaseUrl, folder: await scratchFolder() })).close();
  await query(databaseUrl, 'insert into medic.migration values (1000)');
  expect(await readPast(databaseUrl, target)).toMatch(/^its schema is at version 1000/);
});

test('one that is not there is told without its password, one that hangs within two seconds', async () => {
  expect(await readPast('postgres://medic:hunter2@127.0.0.1:1/x', target)).toMatch(/^(?!.*hunter2).*127\.0\.0\.1:1/s);
  const sockets: Socket[] = [];
  const mute = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
  await once(mute, 'listening');
  const address = mute.address();
  const began = performance.now();
  const port = typeof address === 'object' && address ? address.port : 0;
  expect(await readPast(`postgres://medic@127.0.0.1:${port}/x`, target)).toMatch(/did not answer/);
  expect(performance.now() - began).toBeLessThan(2500);
  for (const socket of sockets) socket.destroy();
  mute.close();
});
