import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { type RedisServer, type RedisServerOptions, startRedis } from '../../demo/redis-server.ts';
import { nodeName } from '../../src/domain/target.ts';
import { linked, mustPlanOn, perform, stage } from '../support/restoring.ts';
import { startWorks } from '../support/works.ts';

const running: RedisServer[] = [];
const works = await startWorks();
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});
afterAll(() => works.close());

async function start(options: RedisServerOptions = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  running.push(server);
  return server;
}

/** A replica was promoted while its primary lives on; the plan demotes the old one. */
async function splitBrain() {
  const old = await start();
  const promoted = await start({ replicaOf: old });
  await linked(promoted);
  await old.send('SET', 'both', '1');
  await vi.waitFor(async () => expect(await promoted.send('GET', 'both')).toBe('1'), 10_000);
  await promoted.send('REPLICAOF', 'NO', 'ONE');
  await promoted.send('SET', 'new', '1');
  await old.send('SET', 'only-here', '1');
  const on = stage(works, [old, promoted], { kind: 'replication', memoryLimitBytes: 2 ** 30 });
  const plan = await mustPlanOn(on, 'settle-split-brain', { part: 'demote', survivor: nodeName(promoted) });
  return { old, on, plan };
}

test('what only the demoted primary had is in its copy, and can be read from a server that gets it back', async () => {
  const { old, on, plan } = await splitBrain();
  expect(plan.impact.join(' ')).toContain(`Before that a backup of ${nodeName(old)} is taken`);
  await perform(on, plan.commands);
  expect(await old.send('MGET', 'both', 'new', 'only-here')).toEqual(['1', '1', null]);
  const [copy] = await works.works.catalog.list();
  expect(copy).toMatchObject({ node: nodeName(old), verification: { verdict: 'intact', how: 'scratch' } });
  const fresh = await start();
  const elsewhere = stage(works, [fresh]);
  await perform(elsewhere, (await mustPlanOn(elsewhere, 'restore-over-wire', { backup: copy?.id })).commands);
  expect(await fresh.send('MGET', 'both', 'new', 'only-here')).toEqual(['1', null, '1']);
});

test('nothing is replaced when the copy cannot be taken', async () => {
  const { old, on, plan } = await splitBrain();
  const full = vi.spyOn(works.works.catalog.place, 'write').mockRejectedValue(new Error('no space left on device'));
  await expect(perform(on, plan.commands)).rejects.toThrow('no space left on device');
  full.mockRestore();
  expect(await old.send('GET', 'only-here')).toBe('1');
  expect(await old.send('SET', 'another', '1')).toMatchObject({ code: 'NOREPLICAS' });
});
