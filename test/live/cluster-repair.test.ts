import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { parseInfo } from '../../src/domain/info.ts';
import { textReply } from '../../src/domain/probe.ts';
import { nodeName } from '../../src/domain/target.ts';
import { carryOut, type Deployment, missing, mustPlanFor, refusalFor } from '../support/carry-out.ts';
import {
  type ClusterOptions,
  type ClusterServer,
  meet,
  type RunningCluster,
  startCluster,
  startNode,
  until,
} from '../support/cluster.ts';
import { ENGINES } from '../support/engines.ts';

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

/** The installed server and one Valkey. */
const SOME = ENGINES.filter(({ engine }) => engine === 'installed' || engine === 'valkey-8.1');
const FAST = ['--cluster-node-timeout', '1500'];

async function start(options: ClusterOptions = {}): Promise<RunningCluster> {
  const cluster = await startCluster({ ...options, args: [...FAST, ...(options.args ?? [])] });
  running.push(cluster);
  return cluster;
}

const deploymentOf = (nodes: readonly ClusterServer[]): Deployment => ({
  seeds: nodes,
  all: nodes,
  target: { kind: 'cluster', memoryLimitBytes: 2 ** 30 },
});

async function view(node: ClusterServer): Promise<string> {
  return textReply(await node.send('CLUSTER', 'NODES'));
}

async function info(node: ClusterServer, field: string): Promise<string | undefined> {
  return parseInfo(textReply(await node.send('CLUSTER', 'INFO'))).text(field);
}

/** Slot 3696, of `{w}`, lies in the first of three shards; 7, of no short key, as well. */
const SLOT = '3696';

test.each(SOME)(
  '$engine: a slot whose move broke off is closed, reopened by undo, or goes to where its keys are',
  { timeout: 60_000 },
  async (binary) => {
    const cluster = await start({ binary, replicas: 0 });
    const [from, to] = cluster.primaries;
    if (!from || !to) throw new Error('not all started');
    const all = deploymentOf(cluster.nodes);
    expect(await refusalFor(all, 'close-open-slots')).toBe('no slot is open');
    await from.send('SET', '{w}a', '1');
    await to.send('CLUSTER', 'SETSLOT', SLOT, 'IMPORTING', from.id);
    await from.send('CLUSTER', 'SETSLOT', SLOT, 'MIGRATING', to.id);
    const close = await mustPlanFor(all, 'close-open-slots');
    await carryOut(all, close.commands);
    expect(await missing(all, close.commands)).toEqual([]);
    expect(await from.send('GET', '{w}a')).toBe('1');
    await from.send('SET', '{w}b', '2');
    if (typeof close.undo === 'string') throw new Error(close.undo);
    await carryOut(all, close.undo);
    expect(await view(from)).toContain(`[${SLOT}->-`);
    await from.send('MIGRATE', to.host, String(to.port), '', '0', '5000', 'KEYS', '{w}a');
    expect(await refusalFor(all, 'close-open-slots')).toMatch(
      /its keys lie on both ends \(.* holds 1 and .* holds 1\)/,
    );
    await from.send('MIGRATE', to.host, String(to.port), '', '0', '5000', 'KEYS', '{w}b');
    const finish = await mustPlanFor(all, 'close-open-slots');
    await carryOut(all, finish.commands);
    expect(await missing(all, finish.commands)).toEqual([]);
    expect(await to.send('MGET', '{w}a', '{w}b')).toEqual(['1', '2']);
    await cluster.settled();
    await from.send('CLUSTER', 'SETSLOT', '7', 'MIGRATING', to.id);
    expect(await refusalFor(all, 'close-open-slots')).toContain('does not show it as open');
  },
);

test('slots that were deleted on their owner are given back with their keys', { timeout: 60_000 }, async () => {
  const cluster = await start({ replicas: 0 });
  const [owner] = cluster.primaries;
  if (!owner) throw new Error('not all started');
  const all = deploymentOf(cluster.nodes);
  expect(await refusalFor(all, 'assign-slots', undefined, { which: 'back' })).toContain('nothing can be given back');
  await owner.send('SET', '{w}a', '1');
  await owner.send('CLUSTER', 'DELSLOTSRANGE', '3000', '4000', '5000', '5001');
  expect(await refusalFor(all, 'assign-slots', undefined, { which: 'lost' })).toContain('no slot has lost its owner');
  const plan = await mustPlanFor(all, 'assign-slots', undefined, { which: 'back' });
  expect(plan.risk).toBe('disruptive');
  await carryOut(all, plan.commands);
  expect(await missing(all, plan.commands)).toEqual([]);
  await cluster.settled();
  expect(await owner.send('GET', '{w}a')).toBe('1');
});

test.each(SOME)(
  '$engine: slots of a primary that is gone for good go to another, which every node agrees to',
  { timeout: 60_000 },
  async (binary) => {
    const cluster = await start({ binary, replicas: 0 });
    const [gone, ...left] = cluster.primaries;
    const [first] = left;
    if (!gone || !first) throw new Error('not all started');
    gone.kill('SIGKILL');
    await until(async () => (await Promise.all(left.map(view))).every((text) => / master,fail[, ]/.test(text)));
    const all = deploymentOf(cluster.nodes);
    const partly = await mustPlanFor(all, 'set-parameter', first, {
      parameter: 'cluster-require-full-coverage',
      value: 'no',
    });
    await carryOut(all, partly.commands);
    await until(async () => (await first.send('SET', '{6}a', '1')) === 'OK');
    if (typeof partly.undo === 'string') throw new Error(partly.undo);
    await carryOut(all, partly.undo);
    expect(await missing(all, partly.undo)).toEqual([]);
    const plan = await mustPlanFor(all, 'assign-slots', first, { which: 'lost', to: nodeName(first) });
    expect(plan.risk).toBe('destructive');
    expect(plan.impact.join(' ')).toMatch(/takes 5461 slots \(0-5460\) over, empty/);
    await carryOut(all, plan.commands);
    await until(async () =>
      (await Promise.all(left.map((node) => info(node, 'cluster_state')))).every((state) => state === 'ok'),
    );
    expect(await first.send('SET', '{w}a', '1')).toBe('OK');
  },
);

test('a lost owner whose replica lives is no reason to give its slots away', { timeout: 60_000 }, async () => {
  const cluster = await start({ args: ['--cluster-replica-no-failover', 'yes'] });
  const [gone, ...left] = cluster.primaries;
  if (!gone) throw new Error('not all started');
  gone.kill('SIGKILL');
  await until(async () => (await Promise.all(left.map(view))).every((text) => / master,fail[, ]/.test(text)));
  expect(await refusalFor(deploymentOf(cluster.nodes), 'assign-slots', left[0], { which: 'lost' })).toContain(
    'promote it instead',
  );
  expect(await refusalFor(deploymentOf(cluster.nodes), 'cluster-replicate', left[0])).toContain('last copy');
});

test('an empty node, then a replica to spare, becomes the replica of a bare primary; a ghost is forgotten', {
  timeout: 90_000,
}, async () => {
  const cluster = await start();
  const [primary, second] = cluster.primaries;
  const [replica] = cluster.replicas;
  if (!primary || !second || !replica) throw new Error('not all started');
  const spare = await startNode({ args: FAST });
  running.push(spare);
  const nodes = [...cluster.nodes.filter((node) => node !== replica), spare];
  await meet(spare, primary);
  await until(async () => (await Promise.all(nodes.map(view))).every((text) => text.includes(spare.id)));
  const all = deploymentOf(nodes);
  expect(await refusalFor(all, 'forget-node')).toContain('no id that stands for nobody');
  expect(await refusalFor(all, 'forget-node', undefined, { ids: [spare.id] })).toContain('which answers');
  replica.kill('SIGKILL');
  await until(async () => (await Promise.all(nodes.map(view))).every((text) => / slave,fail /.test(text)));
  const plan = await mustPlanFor(all, 'cluster-replicate', primary);
  expect(plan).toMatchObject({ risk: 'disruptive', args: { replica: nodeName(spare), primary: nodeName(primary) } });
  await carryOut(all, plan.commands);
  expect(await missing(all, plan.commands)).toEqual([]);
  // The dead replica comes back without its nodes.conf: under another id, and its old one is nobody's.
  await rm(join(replica.dir, 'nodes.conf'));
  const back = await replica.revive();
  running.push(back);
  await meet(back, primary);
  const again = [...nodes, back];
  await until(async () => (await Promise.all(again.map(view))).every((text) => text.includes(back.id)));
  const forget = await vi.waitFor(() => mustPlanFor(deploymentOf(again), 'forget-node', primary), 20_000);
  expect(forget.args).toEqual({ ids: [replica.id] });
  await carryOut(deploymentOf(again), forget.commands);
  expect((await Promise.all(again.map(view))).join('')).not.toContain(replica.id);
  const surplus = await mustPlanFor(deploymentOf(again), 'cluster-replicate', primary, { replica: nodeName(back) });
  await carryOut(deploymentOf(again), surplus.commands);
  const moved = await mustPlanFor(deploymentOf(again), 'cluster-replicate', second, { primary: nodeName(second) });
  if (typeof moved.undo === 'string') throw new Error(moved.undo);
  await carryOut(deploymentOf(again), moved.commands);
  await carryOut(deploymentOf(again), moved.undo);
  expect(await missing(deploymentOf(again), moved.undo)).toEqual([]);
});
