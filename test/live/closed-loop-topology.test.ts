import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { parseInfo } from '../../src/domain/info.ts';
import { textReply } from '../../src/domain/probe.ts';
import type { Run } from '../../src/domain/run.ts';
import type { Target } from '../../src/domain/target.ts';
import { answerStep } from '../../src/flow/answer-step.ts';
import { vote } from '../../src/flow/decide.ts';
import { diagnoseIncident } from '../../src/flow/diagnose-incident.ts';
import { openIncident } from '../../src/flow/open-incident.ts';
import type { Ports } from '../../src/flow/ports.ts';
import { executeRun } from '../../src/flow/run/execute.ts';
import type { OpenStore } from '../../src/io/store/store.ts';
import { startCluster, until } from '../support/cluster.ts';
import { freshStore } from '../support/databases.ts';
import { ALEX, SAM } from '../support/proposal.ts';
import { realPorts } from '../support/real-ports.ts';
import { MASTER, settled, startSentinels, until as untilSentinel } from '../support/sentinels.ts';
import { plainTarget } from '../support/target.ts';

let store: OpenStore;
beforeAll(async () => {
  store = await freshStore();
});
afterAll(() => store.close());

const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

async function start(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  running.push(server);
  return server;
}

async function field(server: RedisServer, name: string): Promise<string | undefined> {
  return parseInfo(textReply(await server.send('INFO', 'everything'))).text(name);
}

/** Diagnoses, has two people approve what is proposed, answers what people are asked, and gives the run as it ended. */
async function remedied(target: Target, playbook: string): Promise<Run> {
  const ports: Ports = await realPorts(store, [target], [ALEX, SAM]);
  const incident = await store.transaction((tx) =>
    openIncident(ports, tx, { target, openedBy: 'a test', requestedBy: null }),
  );
  await diagnoseIncident(ports, incident.id);
  const proposals = await store.transaction((tx) => tx.proposalsOf(incident.id));
  const proposal = proposals.find((one) => one.playbook === playbook);
  if (!proposal) throw new Error(`not proposed, but ${proposals.map((one) => one.playbook).join(', ')}`);
  const ballot = {
    proposal: proposal.id,
    digest: proposal.digest,
    verdict: 'approve' as const,
    reason: null,
    typed: target.name,
  };
  const first = await vote(ports, { ...ballot, by: ALEX });
  const last = first.kind === 'approved' ? first : await vote(ports, { ...ballot, by: SAM });
  if (last.kind !== 'approved') throw new Error(`not approved: ${JSON.stringify(last)}`);
  const over = executeRun(ports, last.run);
  const asked = proposal.steps.some(({ kind }) => kind === 'manual');
  if (asked) {
    await vi.waitFor(async () => {
      const rows = await store.transaction((tx) => tx.stepsOf(last.run));
      const waiting = rows.find(({ kind, state }) => kind === 'manual' && state === 'started');
      if (!waiting) throw new Error('nobody is asked yet');
      await answerStep(ports, { run: last.run, seq: waiting.seq, by: ALEX, answer: 'seen to' });
    }, 20_000);
  }
  await over;
  const run = await store.transaction((tx) => tx.run(last.run));
  if (!run) throw new Error('no run');
  return run;
}

test('a dead primary: its own finding leads to a new one, over a replica that speaks for it', {
  timeout: 90_000,
}, async () => {
  const primary = await start();
  const [one, other] = await Promise.all([start({ replicaOf: primary }), start({ replicaOf: primary })]);
  for (const replica of [one, other])
    await vi.waitFor(async () => expect(await field(replica, 'master_link_status')).toBe('up'), 15_000);
  await primary.send('SET', 'a', '1');
  await vi.waitFor(
    async () => expect([await one.send('GET', 'a'), await other.send('GET', 'a')]).toEqual(['1', '1']),
    10_000,
  );
  const target = plainTarget({ seeds: [primary, one, other], memoryLimitBytes: 2 ** 30 });
  primary.kill('SIGKILL');
  await vi.waitFor(async () => expect(await field(one, 'master_link_status')).toBe('down'), 15_000);
  expect(await remedied(target, 'promote-replica')).toMatchObject({ state: 'finished', verdict: 'verified' });
  const roles = await Promise.all([one, other].map((server) => field(server, 'role')));
  expect(new Set(roles)).toEqual(new Set(['master', 'slave']));
});

test('a cluster with slots that nobody serves: the target as a whole', { timeout: 90_000 }, async () => {
  const cluster = await startCluster({ replicas: 0 });
  running.push(cluster);
  const [owner] = cluster.primaries;
  await owner?.send('CLUSTER', 'DELSLOTSRANGE', '3000', '4000');
  await until(async () => /cluster_state:fail/.test(textReply(await owner?.send('CLUSTER', 'INFO'))));
  const target = plainTarget({ seeds: cluster.primaries, kind: 'cluster', objectives: { expectReplicas: 0 } });
  expect(await remedied(target, 'cluster-give-slots-back')).toMatchObject({ state: 'finished', verdict: 'verified' });
  await cluster.settled();
});

test('Sentinels that count on a dead one: over a Sentinel, which is reset itself', { timeout: 90_000 }, async () => {
  const primary = await start();
  const replica = await start({ replicaOf: primary });
  const sentinels = await startSentinels({ primary, count: 4 });
  running.push(...sentinels);
  const [first, second, third, dead] = sentinels;
  if (!first || !second || !third || !dead) throw new Error('not all started');
  await Promise.all(sentinels.map((sentinel) => settled(sentinel, 1)));
  dead.kill('SIGKILL');
  for (const one of [first, second, third]) {
    await untilSentinel(one, ['SENTINEL', 'SENTINELS', MASTER], (text) => text.includes('s_down'));
  }
  const seeds = [first, second, third].map(({ host, port }) => ({ host, port }));
  const target = plainTarget({ kind: 'sentinel', sentinel: { seeds, master: MASTER, credentials: {} } });
  expect(await remedied(target, 'sentinel-reset')).toMatchObject({ state: 'finished', verdict: 'verified' });
  const known = textReply(JSON.stringify(await first.send('SENTINEL', 'SENTINELS', MASTER)));
  expect(known).not.toContain(String(dead.port));
  expect(await field(replica, 'master_link_status')).toBe('up');
});
