import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../demo/redis-server.ts';
import type { Finding } from '../../src/domain/finding.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { textReply } from '../../src/domain/probe.ts';
import type { Report } from '../../src/domain/report.ts';
import type { Address, Target } from '../../src/domain/target.ts';
import { nodeName } from '../../src/domain/target.ts';
import { judge } from '../../src/flow/judge.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { pipeline } from '../lab/lab.ts';
import {
  type ClusterServer,
  meet,
  moveSlot,
  type RunningCluster,
  startCluster,
  startNode,
  until,
} from '../support/cluster.ts';
import { observe } from '../support/observe.ts';

const shelves = { ...(await loadShelves()), playbooks: new Map() };

interface Looking {
  target?: Partial<Target>;
  seconds?: number;
  meanwhile?: (ms: number) => Promise<unknown>;
}

async function diagnose(seeds: readonly Address[], { target = {}, ...more }: Looking = {}): Promise<Report> {
  const snapshot = await observe(seeds, shelves.probes, {
    seconds: 0.5,
    ...more,
    target: { kind: 'cluster', ...target },
  });
  return judge(snapshot, shelves);
}

/** A test does not wait until a primary has been up for long enough to be judged. */
const NO_GRACE = { 'cluster-primary-without-replica': { graceSeconds: 0 } };

/** Severity, id and cause of what is at warning or above, in the order of the report. */
function told({ findings }: Report): string[] {
  return findings
    .filter(({ severity }) => severity !== 'info')
    .map(({ id, severity, explainedBy }) => `${severity} ${id}${explainedBy === null ? '' : ` < ${explainedBy}`}`);
}

function found({ findings }: Report, id: string): Finding | undefined {
  return findings.find((finding) => finding.id === id);
}

/** What every node is sent. */
async function everywhere(nodes: readonly ClusterServer[], ...words: [string, ...string[]]): Promise<void> {
  await Promise.all(nodes.map((node) => node.send(...words)));
}

/** Waits until every one of these nodes says this of the other in CLUSTER NODES. */
async function seenBy(nodes: readonly ClusterServer[], other: ClusterServer, line: RegExp): Promise<void> {
  await until(async () => {
    const views = await Promise.all(nodes.map((node) => node.send('CLUSTER', 'NODES')));
    return views.every((view) =>
      line.test(
        textReply(view)
          .split('\n')
          .find((one) => one.startsWith(other.id)) ?? '',
      ),
    );
  });
}

async function freed(node: ClusterServer): Promise<boolean> {
  const info = parseInfo(textReply(await node.send('INFO', 'everything')));
  return info.number('lazyfree_pending_objects') === 0 && info.text('db0') === undefined;
}

/** A hash tag that is this node's. */
async function tagOf(node: ClusterServer): Promise<string> {
  for (let at = 0; ; at += 1) if ((await node.send('SET', `{${at}}`, '1')) === 'OK') return `{${at}}`;
}

let cluster: RunningCluster;
let a: ClusterServer;
let b: ClusterServer;
let replica: ClusterServer;

beforeAll(async () => {
  cluster = await startCluster({ args: ['--cluster-node-timeout', '5000'] });
  const [first, second] = cluster.primaries;
  const [third] = cluster.replicas;
  if (!first || !second || !third) throw new Error('no cluster');
  [a, b, replica] = [first, second, third];
}, 60_000);

afterAll(() => cluster.stop());

describe('a cluster that is well', () => {
  test.each([0, 2, 4])('has nothing to tell, whichever node is named (%i)', async (at) => {
    const seed = cluster.nodes[at];
    const report = await diagnose(seed ? [seed] : []);
    expect(told(report)).toEqual([]);
    expect(report.verdict).toBe('healthy');
    expect(report.nodes.map(({ role, slots, reachable }) => `${role} ${slots} ${reachable}`)).toEqual(
      ['0-5460', '5461-10921', '10922-16383'].flatMap((slots) => [`primary ${slots} true`, `replica ${slots} true`]),
    );
    expect(found(report, 'cluster-anti-affinity')?.severity).toBe('info');
  });

  test('is found from a bare URL too, through the seeds that live, and quickly', async () => {
    const dead = { host: '127.0.0.1', port: await freePort() };
    const report = await diagnose([dead, replica], { target: { kind: 'replication' }, seconds: 0 });
    expect(report.nodes).toHaveLength(7);
    expect(report.tookMs).toBeLessThan(500);
    expect(told(report)).toEqual(['high node-unreachable']);
  });

  test('tells as much as INFO does where CLUSTER may not be asked', async () => {
    await everywhere(cluster.nodes, 'ACL', 'SETUSER', 'info-only', 'on', '>pw', '+info', '+ping');
    const report = await diagnose([replica], { target: { credentials: { username: 'info-only', password: 'pw' } } });
    expect(report.nodes.map(({ role }) => role).sort()).toEqual(['primary', 'replica']);
    expect(report.unassessed).toContainEqual({
      id: 'cluster-slots-uncovered',
      node: 'live',
      reason: expect.stringContaining('cluster|nodes'),
    });
    await everywhere(cluster.nodes, 'ACL', 'DELUSER', 'info-only');
    await everywhere(cluster.nodes, 'ACL', 'LOG', 'RESET');
  });
});

describe('slots', () => {
  test('that their owner has dropped are uncovered, though the others still count on it', async () => {
    await a.send('CLUSTER', 'DELSLOTS', '5', '6');
    onTestFinished(async () => {
      await a.send('CLUSTER', 'ADDSLOTS', '5', '6');
      await cluster.settled();
    });
    const report = await diagnose([b]);
    expect(told(report)[0]).toBe('critical cluster-slots-uncovered');
    expect(found(report, 'cluster-slots-uncovered')?.headline).toBe('2 of 16384 slots are served by nobody');
    expect(found(report, 'cluster-state-fail')).toMatchObject({
      node: nodeName(a),
      explainedBy: expect.stringMatching(/^cluster-(slots-uncovered|view-disagreement)$/),
    });
    expect(found(report, 'cluster-view-disagreement')?.explainedBy).toBe('cluster-slots-uncovered');
  });

  test('that stay open are told, with both ends', async () => {
    await a.send('CLUSTER', 'SETSLOT', '7', 'MIGRATING', b.id);
    await b.send('CLUSTER', 'SETSLOT', '7', 'IMPORTING', a.id);
    onTestFinished(() => everywhere([a, b], 'CLUSTER', 'SETSLOT', '7', 'STABLE'));
    const report = await diagnose([replica]);
    expect(told(report)).toEqual(['warning cluster-open-slots']);
    expect(found(report, 'cluster-open-slots')).toMatchObject({
      node: nodeName(a),
      evidence: [{ value: `migrating to ${nodeName(b)}` }, { value: `importing from ${nodeName(a)}` }],
    });
  });

  test('that are unevenly full are told, with the hash tag that fills one', async () => {
    const tag = await tagOf(b);
    onTestFinished(async () => {
      await b.send('FLUSHALL', 'ASYNC');
      await until(async () => (await Promise.all(cluster.nodes.map(freed))).every(Boolean));
      await everywhere(cluster.nodes, 'SLOWLOG', 'RESET');
    });
    await pipeline(
      b,
      Array.from({ length: 100_001 }, (_none, at) => ['SET', `${tag}${at}`, 'x']),
    );
    const report = await diagnose([a]);
    expect(told(report)).toEqual(['warning cluster-imbalance']);
    expect(found(report, 'cluster-imbalance')).toMatchObject({ node: nodeName(b) });
  });
});

describe('clients', () => {
  test('that do not know where the keys are cause a storm of redirections', async () => {
    const elsewhere = await tagOf(b);
    const commands = Array.from({ length: 300 }, () => ['GET', elsewhere]);
    const report = await diagnose([a], { meanwhile: () => pipeline(a, commands) });
    expect(told(report)).toEqual(['warning cluster-redirect-storm']);
    expect(found(report, 'cluster-redirect-storm')).toMatchObject({
      node: nodeName(a),
      evidence: [{ field: 'errorstat_MOVED', value: '+300' }, { field: 'most of them' }],
    });
  });

  test('that ask for keys of different slots at once are told', async () => {
    const commands = Array.from({ length: 20 }, () => ['MGET', '{1}', '{2}', '{3}']);
    const report = await diagnose([a], { meanwhile: () => pipeline(a, commands) });
    expect(found(report, 'cluster-redirect-storm')?.evidence[0]).toMatchObject({
      field: 'errorstat_CROSSSLOT',
      value: '+20',
    });
  });
});

describe('nodes that move and die', () => {
  /** What is true of a cluster that notices a death soon, and in which nobody takes over. */
  const SET_UP = ['warning cluster-node-timeout-misfit', 'warning replica-not-promotable'];

  beforeAll(async () => {
    await everywhere(cluster.nodes, 'CONFIG', 'SET', 'cluster-node-timeout', '1000');
    await everywhere(cluster.nodes, 'CONFIG', 'SET', 'cluster-replica-no-failover', 'yes');
  });

  test('a short node timeout is told before anything dies', async () => {
    expect(new Set(told(await diagnose([a])))).toEqual(new Set(SET_UP));
  });

  test('an announced address that leads nowhere from here is told with its settings, and can be mapped', async () => {
    const closed = await freePort();
    const others = cluster.nodes.filter((node) => node !== replica);
    await replica.send('CONFIG', 'SET', 'cluster-announce-port', String(closed));
    onTestFinished(async () => {
      await replica.send('CONFIG', 'SET', 'cluster-announce-port', '0');
      await seenBy(others, replica, new RegExp(`:${replica.port}@`));
    });
    await seenBy(others, replica, new RegExp(`:${closed}@`));
    const announced = { host: '127.0.0.1', port: closed };
    const report = await diagnose([a]);
    expect(new Set(told(report))).toEqual(new Set([...SET_UP, 'warning dependency-unreachable']));
    expect(found(report, 'dependency-unreachable')).toMatchObject({ node: nodeName(announced) });
    expect(JSON.stringify(found(report, 'dependency-unreachable')?.evidence)).toContain('cluster-announce-port');

    const throughSeed = await diagnose([a, replica]);
    expect(new Set(told(throughSeed))).toEqual(new Set([...SET_UP, 'warning dependency-unreachable']));
    expect(throughSeed.nodes.map(({ reachable }) => reachable)).toEqual(Array.from({ length: 6 }, () => true));

    const addresses = [{ announced, reachable: { host: replica.host, port: replica.port } }];
    const mapped = await diagnose([a], { target: { addresses } });
    expect(new Set(told(mapped))).toEqual(new Set(SET_UP));
    expect(mapped.nodes.find(({ name }) => name === nodeName(announced))).toMatchObject({
      role: 'replica',
      reachable: true,
    });
  });

  test('a dead primary that nobody replaces explains all the rest', async () => {
    const alive = cluster.nodes.filter((node) => node !== a);
    a.kill('SIGKILL');
    onTestFinished(async () => {
      a = await a.revive();
      await seenBy(alive, a, / connected 0-5460$/);
      await cluster.settled();
    });
    await seenBy(alive, a, /master,fail/);
    await until(async () => textReply(await b.send('CLUSTER', 'INFO')).includes('cluster_state:fail'));
    const report = await diagnose([b]);
    const [root, ...rest] = told(report);
    expect(root).toBe('critical cluster-node-failed');
    expect(new Set(rest.filter((one) => !one.includes('<')))).toEqual(new Set(SET_UP));
    for (const id of [
      'cluster-slots-uncovered',
      'cluster-state-fail',
      'cluster-replica-orphaned',
      'dependency-unreachable',
    ]) {
      expect(found(report, id)?.explainedBy).not.toBeNull();
    }
    expect(found(report, 'cluster-node-failed')).toMatchObject({
      node: nodeName(a),
      evidence: expect.arrayContaining([
        {
          field: 'failover',
          value: expect.stringContaining('cluster-replica-no-failover is yes'),
          expected: expect.any(String),
        },
      ]),
    });
    expect(report.nodes[0]).toMatchObject({ name: nodeName(a), role: 'primary', slots: '0-5460', reachable: false });
  });

  test('a dead replica leaves its primary alone', async () => {
    const alive = cluster.nodes.filter((node) => node !== replica);
    replica.kill('SIGKILL');
    await seenBy(alive, replica, /slave,fail/);
    const report = await diagnose([b], { target: { thresholds: NO_GRACE } });
    expect(told(report).slice(0, 2)).toEqual([
      'high cluster-node-failed',
      'high cluster-primary-without-replica < cluster-node-failed',
    ]);
    expect(found(report, 'cluster-primary-without-replica')?.node).toBe(nodeName(a));
  });

  test('one that comes back without its nodes.conf leaves a ghost behind', async () => {
    await rm(join(replica.dir, 'nodes.conf'));
    const reborn = await replica.revive();
    onTestFinished(() => reborn.stop());
    await meet(a, reborn);
    await seenBy([a, b], reborn, / master - .* connected/);
    await seenBy([a, b], replica, /noaddr/);
    const report = await diagnose([b], { target: { thresholds: NO_GRACE } });
    expect(found(report, 'cluster-endpoint-stale')).toMatchObject({
      headline: `The cluster still counts on node ${replica.id.slice(0, 8)}, which has no address any more`,
    });
    expect(found(report, 'cluster-primary-without-replica')?.explainedBy).toBe('cluster-endpoint-stale');
    expect(found(report, 'cluster-node-failed')).toBeUndefined();
  });
});

test('a node that was never given a cluster says so', async () => {
  const node = await startNode();
  const report = await diagnose([node]);
  expect(told(report)).toEqual([
    'critical cluster-slots-uncovered',
    'critical cluster-state-fail < cluster-slots-uncovered',
  ]);
  await node.stop();
});

describe('three primaries without replicas', () => {
  let three: RunningCluster;
  let one: ClusterServer;
  let two: ClusterServer;

  beforeAll(async () => {
    three = await startCluster({ replicas: 0, args: ['--cluster-node-timeout', '5000'] });
    const [first, second] = three.primaries;
    if (!first || !second) throw new Error('no cluster');
    [one, two] = [first, second];
  }, 60_000);
  afterAll(() => three.stop());

  test('are one fault, unless none is expected', async () => {
    const report = await diagnose([one], { target: { thresholds: NO_GRACE } });
    expect(told(report)).toEqual(['high cluster-primary-without-replica']);
    expect(told(await diagnose([one], { target: { objectives: { expectReplicas: 0 } } }))).toEqual([]);
  });

  test('a reshard on its way is none', async () => {
    const keys = Array.from({ length: 20_000 }, (_none, at) => ['SET', `{${at % 2000}}${at}`, 'x']);
    await pipeline(one, keys);
    const moving = { going: true };
    const reshard = (async () => {
      for (let slot = 0; moving.going && slot < 5000; slot += 1) await moveSlot(slot, one, two);
    })();
    onTestFinished(async () => {
      moving.going = false;
      await reshard;
    });
    const report = await diagnose([two], { target: { objectives: { expectReplicas: 0 } }, seconds: 2 });
    expect(told(report).filter((line) => line.includes(' cluster-'))).toEqual([]);
  });

  test('two that have forgotten each other claim one slot', async () => {
    await Promise.all([one.send('CLUSTER', 'FORGET', two.id), two.send('CLUSTER', 'FORGET', one.id)]);
    await one.send('CLUSTER', 'ADDSLOTS', '9000');
    const report = await diagnose(three.nodes, { target: { objectives: { expectReplicas: 0 } }, seconds: 2 });
    expect(told(report)[0]).toBe('critical cluster-slot-conflict');
    expect(found(report, 'cluster-slot-conflict')?.headline).toContain('Slot 9000 is claimed by both');
    // From 7.2 on the third is told to forget them as well, so that its view may still be changing.
    expect(told(report).filter((line) => /^\w+ cluster-view-disagreement$/.test(line))).toEqual([]);
  });
});
