import { afterEach, expect, test, vi } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { textReply } from '../../src/domain/probe.ts';
import { entriesIn, SentinelEntry } from '../../src/domain/sentinel.ts';
import { carryOut, type Deployment, missing, mustPlanFor, refusalFor } from '../support/carry-out.ts';
import { ENGINES } from '../support/engines.ts';
import { MASTER, settled, startSentinels, until } from '../support/sentinels.ts';

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

/** The installed server and one Valkey. */
const SOME = ENGINES.filter(({ engine }) => engine === 'installed' || engine === 'valkey-8.1');

const deploymentOf = (servers: readonly RedisServer[], sentinels: readonly RedisServer[]): Deployment => ({
  seeds: [],
  all: [...servers, ...sentinels],
  target: {
    kind: 'sentinel',
    sentinel: { seeds: sentinels.map(({ host, port }) => ({ host, port })), master: MASTER, credentials: {} },
  },
});

async function master(sentinel: RedisServer): Promise<SentinelEntry> {
  return new SentinelEntry(await sentinel.send('SENTINEL', 'MASTER', MASTER));
}

test.each(SOME)(
  '$engine: the Sentinels forget who is gone, one after the other, and keep who lives',
  { timeout: 90_000 },
  async (binary) => {
    const primary = await startRedis({ binary });
    running.push(primary);
    const [replica, gone] = await Promise.all([
      startRedis({ binary, replicaOf: primary }),
      startRedis({ binary, replicaOf: primary }),
    ]);
    running.push(replica, gone);
    const sentinels = await startSentinels({ primary, binary, quorum: 2 });
    running.push(...sentinels);
    const [first, second, third] = sentinels;
    if (!first || !second || !third) throw new Error('not all started');
    await Promise.all(sentinels.map((sentinel) => settled(sentinel, 2)));
    const all = deploymentOf([primary, replica, gone], [first, second]);
    expect(await refusalFor(all, 'reset-sentinels')).toContain(
      'no Sentinel lists a Sentinel or a replica that is gone',
    );
    await replica.send('REPLICAOF', '127.0.0.1', '1');
    await vi.waitFor(async () =>
      expect(parseInfo(textReply(await primary.send('INFO', 'replication'))).text('connected_slaves')).toBe('1'),
    );
    third.kill('SIGKILL');
    gone.kill('SIGKILL');
    for (const sentinel of [first, second]) {
      await until(sentinel, ['SENTINEL', 'SENTINELS', MASTER], (text) => text.includes('s_down'));
      await until(sentinel, ['SENTINEL', 'REPLICAS', MASTER], (text) => text.includes('s_down'));
    }
    // Sentinel itself brings the replica back to its primary, some seconds later.
    expect(await refusalFor(all, 'reset-sentinels')).toMatch(/would make the Sentinels forget it|^$/);
    const plan = await vi.waitFor(() => mustPlanFor(all, 'reset-sentinels'), { timeout: 40_000, interval: 500 });
    await carryOut(all, plan.commands);
    expect(await missing(all, plan.commands)).toEqual([]);
    for (const sentinel of [first, second]) {
      expect(entriesIn(await sentinel.send('SENTINEL', 'REPLICAS', MASTER))).toHaveLength(1);
      expect((await master(sentinel)).number('num-other-sentinels')).toBe(1);
      expect((await master(sentinel)).number('quorum')).toBe(2);
    }
    primary.kill('SIGSTOP');
    await until(first, ['SENTINEL', 'MASTER', MASTER], (text) => text.includes('s_down'));
    expect(await refusalFor(all, 'reset-sentinels', first)).toMatch(
      /counts the primary as down|failing over|could not be read as one/,
    );
  },
);

test.each(SOME)('$engine: settings go there and back on each Sentinel', async (binary) => {
  const primary = await startRedis({ binary });
  running.push(primary);
  const sentinels = await startSentinels({
    primary,
    binary,
    quorum: 1,
    downAfterMs: 30_000,
    failoverTimeoutMs: 180_000,
  });
  running.push(...sentinels);
  const [first] = sentinels;
  if (!first) throw new Error('none started');
  await Promise.all(sentinels.map((sentinel) => settled(sentinel, 0)));
  await first.send('SENTINEL', 'SET', MASTER, 'down-after-milliseconds', '500');
  const all = deploymentOf([primary], sentinels);
  const plan = await mustPlanFor(all, 'set-sentinel');
  expect(plan.commands).toHaveLength(4);
  await carryOut(all, plan.commands);
  expect(await missing(all, plan.commands)).toEqual([]);
  for (const sentinel of sentinels) expect((await master(sentinel)).number('quorum')).toBe(2);
  expect(await refusalFor(all, 'set-sentinel')).toContain('the same everywhere');
  if (typeof plan.undo === 'string') throw new Error(plan.undo);
  await carryOut(all, plan.undo);
  expect((await master(first)).number('down-after-milliseconds')).toBe(500);
  expect((await master(first)).number('quorum')).toBe(1);
});

test('a failover that hangs is ended, and its writes go on', async () => {
  const primary = await startRedis();
  running.push(primary);
  const replica = await startRedis({ replicaOf: primary });
  running.push(replica);
  await vi.waitFor(
    async () => expect(textReply(await primary.send('INFO', 'replication'))).toContain('state=online'),
    15_000,
  );
  const group: Deployment = { seeds: [primary, replica], all: [primary, replica] };
  expect(await refusalFor(group, 'abort-failover', primary)).toContain('no failover');
  replica.kill('SIGSTOP');
  await primary.send('SET', 'a', '1');
  await primary.send('FAILOVER');
  const held = primary.send('SET', 'b', '2');
  const plan = await mustPlanFor({ ...group, seeds: [primary] }, 'abort-failover', primary);
  await carryOut({ ...group, seeds: [primary] }, plan.commands);
  expect(await held).toBe('OK');
  replica.kill('SIGCONT');
});
