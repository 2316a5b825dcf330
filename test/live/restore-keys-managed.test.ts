import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import type { Backup } from '../../src/domain/backup.ts';
import { takeBackup } from '../../src/flow/backup/take.ts';
import { observe } from '../../src/flow/observe.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { backupOf, kept } from '../support/backup.ts';
import { fillWithEveryType } from '../support/every-type.ts';
import { startFakeServer } from '../support/fake-server.ts';
import { lines, mustPlan, refusal } from '../support/planning.ts';
import { field, linked, mustPlanOn, perform, refusalOn, stage } from '../support/restoring.ts';
import { settled, startSentinels } from '../support/sentinels.ts';
import { plainTarget } from '../support/target.ts';
import { scriptOf, VENDORS } from '../support/vendors.ts';
import { startWorks, type TestWorks } from '../support/works.ts';

const { probes, actions } = await loadShelves();

let works: TestWorks;
const running: { stop(): Promise<unknown> }[] = [];
beforeAll(async () => {
  works = await startWorks();
});
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});
afterAll(() => works.close());

async function start(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  running.push(server);
  return server;
}

async function backUp(server: RedisServer): Promise<Backup> {
  const target = plainTarget({ seeds: [server] });
  const taken = await takeBackup(works.works, { target, node: server, reason: { kind: 'manual' } });
  if (taken.kind !== 'taken') throw new Error(taken.because);
  return taken.backup;
}

test('a group that Sentinels watch: REPLICAOF is refused with this way, which they do not mind', {
  timeout: 90_000,
}, async () => {
  const primary = await start();
  const replica = await start({ replicaOf: primary });
  await linked(replica);
  await fillWithEveryType(primary);
  const digest = await primary.send('DEBUG', 'DIGEST');
  const backup = await backUp(primary);
  const sentinels = await startSentinels({ primary });
  running.push(...sentinels);
  await Promise.all(sentinels.map((one) => settled(one, 1)));
  await primary.send('FLUSHALL');

  const on = stage(works, [primary, replica], { memoryLimitBytes: 2 ** 30 });
  expect(await refusalOn(on, 'restore-over-wire', { backup: backup.id })).toContain('(playbook restore-keys)');
  const said = await perform(on, (await mustPlanOn(on, 'restore-keys', { backup: backup.id })).commands);
  expect(said.at(-1)).toContain('is a primary with 926 keys; 1 replicas hold them too');
  expect(await primary.send('DEBUG', 'DIGEST')).toBe(digest);
  expect(await replica.send('DEBUG', 'DIGEST')).toBe(digest);
  expect([await field(primary, 'role'), await field(replica, 'role')]).toEqual(['master', 'slave']);
});

test('a service that keeps REPLICAOF for itself offers RESTORE', async () => {
  const server = await startFakeServer(scriptOf(VENDORS.elasticache));
  running.push({ stop: () => server.close() });
  const { servers, clock } = works.works;
  const target = plainTarget({ seeds: [server], memoryLimitBytes: 2 ** 40 });
  const ledger = { of: async () => kept(backupOf({ usedMemory: 1024 })) };
  const snapshot = await observe({ servers, clock, probes, ledger }, target, { seconds: 0 });
  const [overWire, byKey] = ['restore-over-wire', 'restore-keys'].map((id) => actions.get(id));
  if (!overWire || !byKey) throw new Error('an action is gone');
  expect(refusal(overWire, snapshot)).toMatch(/^Amazon ElastiCache does not offer REPLICAOF: .*playbook restore-keys/);
  expect(lines(mustPlan(byKey, snapshot).commands)[1]).toContain('backup restore-keys');
  expect(refusal(byKey, snapshot, { existing: 'replace' })).toContain('what is there cannot be copied first');
});

test('a replica that falls behind is waited for', { timeout: 60_000 }, async () => {
  const from = await start();
  for (let at = 0; at < 60; at += 1) await from.send('SETRANGE', `fat:${at}`, String(1024 * 1024), 'x');
  await from.send('CONFIG', 'SET', 'rdbcompression', 'no');
  const backup = await backUp(from);
  const primary = await start({ args: ['--repl-backlog-size', '1mb'] });
  const replica = await start({ replicaOf: primary });
  await linked(replica);
  const on = stage(works, [primary, replica]);
  // It stands still: what it has not taken yet stays on the primary.
  replica.kill('SIGSTOP');
  const told: string[] = [];
  const progress = (text: string) => {
    told.push(text);
    if (text.startsWith('waiting for a replica')) replica.kill('SIGCONT');
  };
  const done = await works.deeds.get('backup')?.(['backup', 'restore-keys', backup.id, 'keep', '-', '536870912'], {
    run: 'run_0123456789' as never,
    node: primary,
    target: on.target,
    signal: new AbortController().signal,
    progress,
    atEnd: () => {},
  });
  expect(done).toMatchObject({ reply: expect.stringMatching(/^60 keys put back/) });
  expect(told.join('\n')).toMatch(/waiting for a replica that is \d+ MiB behind/);
  await expect.poll(() => replica.send('DBSIZE'), { timeout: 20_000 }).toBe(60);
  expect(await field(primary, 'sync_full')).toBe('1');
});
