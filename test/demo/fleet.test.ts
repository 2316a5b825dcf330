import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAlerts } from '../../demo/fleet/alerts.ts';
import { type Fleet, type Sight, startFleet } from '../../demo/fleet/fleet.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet.stop());

/** The first look at the fleet that is as wanted. */
async function seen(what: string, wanted: (sight: Sight) => boolean): Promise<Sight> {
  for (let left = 100; left > 0; left -= 1) {
    const sight = await fleet.look();
    if (wanted(sight)) return sight;
    await sleep(200);
  }
  throw new Error(`never seen: ${what}`);
}

const primary = (sight: Sight) => sight.gauges[0];
const replica = (sight: Sight) => sight.gauges[2];
const store = (sight: Sight) => sight.gauges[3];

test('at the start both replicas are up and every write is accepted', async () => {
  const sight = await seen('a calm fleet', ({ gauges, writes }) => {
    return gauges[1]?.link?.up === true && gauges[2]?.link?.up === true && writes['prod-cache'].accepted === 40;
  });
  expect(sight.writes).toMatchObject({
    'prod-cache': { refused: 0, refusal: null },
    'prod-orders': { refused: 0, refusal: null },
  });
  expect(sight.gauges.map(({ target, role }) => [target, role])).toEqual([
    ['prod-cache', 'primary'],
    ['prod-cache', 'replica'],
    ['prod-cache', 'replica'],
    ['prod-orders', 'primary'],
  ]);
});

test('memory: full until writes get OOM and stay refused; a raised limit ends it; Heal frees the memory', async () => {
  const { client } = fleet.servers.primary;
  await fleet.break('memory');
  const full = await seen('refused writes', ({ writes }) => writes['prod-cache'].refused >= 30);
  expect(full.writes['prod-cache'].refusal).toBe('OOM');
  expect(primary(full)?.errors.oom).toBeGreaterThan(0);
  await client.config('SET', 'maxmemory', 96 * 1024 * 1024);
  await seen('accepted writes', ({ writes }) => writes['prod-cache'].refused === 0);
  await sleep(2000);
  expect(primary(await fleet.look())?.usedMemory).toBeLessThan(80 * 1024 * 1024);
  await fleet.heal('memory');
  const healed = await seen('free memory', (sight) => (primary(sight)?.usedMemory ?? 0) < 20 * 1024 * 1024);
  expect(primary(healed)?.maxMemory).toBe(64 * 1024 * 1024);
});

test('replication: the link of replica 2 goes down with a wrong address, and comes back', async () => {
  await fleet.break('replication');
  const cut = await seen('a link that is down', (sight) => replica(sight)?.link?.up === false);
  expect(replica(cut)?.link?.primary).toBe(`127.0.0.1:${fleet.servers.deadPort}`);
  expect(cut.gauges[1]?.link?.up).toBe(true);
  await fleet.heal('replication');
  await seen('a link that is up', (sight) => replica(sight)?.link?.up === true);
});

test('persistence: BGSAVE fails and writes get MISCONF, and Heal makes the next save good', async () => {
  await fleet.break('persistence');
  const blocked = await seen('refused writes', ({ writes }) => writes['prod-orders'].refusal === 'MISCONF');
  expect(store(blocked)?.save.ok).toBe(false);
  await expect(mkdir(join(fleet.servers.orders.server.dir, 'dump.rdb'))).rejects.toThrow('EEXIST');
  await fleet.heal('persistence');
  await seen('a good save', (sight) => store(sight)?.save.ok === true && sight.writes['prod-orders'].refused === 0);
});

test('an alert fires once and resolves, as Alertmanager posts it', async () => {
  const bodies: { status: string; alerts: Record<string, unknown>[] }[] = [];
  const server = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      if (req.headers.authorization === 'Bearer token') bodies.push(JSON.parse(Buffer.concat(parts).toString()));
      res.writeHead(202).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const troubles: string[] = [];
  const quiet = startAlerts(fleet, {
    url: `http://127.0.0.1:${port}/hooks/alertmanager`,
    token: 'token',
    onTrouble: (why) => troubles.push(why),
  });
  await fleet.break('replication');
  await seen('a firing alert', () => bodies.length === 1);
  await fleet.heal('replication');
  await seen('a resolved alert', () => bodies.length === 2);
  quiet();
  server.close();
  const labels = { alertname: 'RedisReplicationBroken', service: 'prod-cache', severity: 'critical' };
  expect(bodies).toMatchObject([
    { version: '4', status: 'firing', alerts: [{ status: 'firing', labels }] },
    { version: '4', status: 'resolved', alerts: [{ status: 'resolved', labels }] },
  ]);
  const [firing, resolved] = bodies.map(({ alerts }) => alerts[0]);
  expect(resolved?.fingerprint).toBe(firing?.fingerprint);
  expect(resolved?.startsAt).toBe(firing?.startsAt);
  expect(troubles).toEqual([]);
}, 60_000);
