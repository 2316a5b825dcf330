import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import type { AutoPolicy } from '../../src/domain/auto.ts';
import { ReplyError } from '../../src/domain/command.ts';
import type { IncidentId } from '../../src/domain/ids.ts';
import type { Proposal } from '../../src/domain/proposal.ts';
import type { Run } from '../../src/domain/run.ts';
import { pauseAuto, resumeAuto } from '../../src/flow/auto/pause-auto.ts';
import { runDueAutomatic } from '../../src/flow/auto/run-due.ts';
import { vote } from '../../src/flow/decide.ts';
import { diagnoseIncident } from '../../src/flow/diagnose-incident.ts';
import { openIncident } from '../../src/flow/open-incident.ts';
import type { Ports } from '../../src/flow/ports.ts';
import { executeRun } from '../../src/flow/run/execute.ts';
import { recoverRuns } from '../../src/flow/run/recover.ts';
import type { OpenStore } from '../../src/io/store/store.ts';
import { freshStore } from '../support/databases.ts';
import { ALEX } from '../support/proposal.ts';
import { realPorts } from '../support/real-ports.ts';
import { cartStore } from '../support/target.ts';

const PLAYBOOK = 'raise-maxmemory';
const AUTO: AutoPolicy = {
  playbooks: [PLAYBOOK],
  atMost: 3,
  withinSeconds: 86_400,
  coolDownSeconds: 3600,
  // The machine is not looked at here, so some causes are not assessed.
  confidence: 'medium',
  noticeSeconds: 30,
};

let server: RedisServer;
let store: OpenStore;
let ports: Ports;
let aheadMs: number;
let auto: AutoPolicy | undefined;

beforeEach(async () => {
  aheadMs = 0;
  auto = AUTO;
  server = await startRedis({ args: ['--maxmemory', '20mb', '--maxmemory-policy', 'noeviction'] });
  for (let at = 0; !((await server.send('SET', `cart:${at}`, 'x'.repeat(200_000))) instanceof ReplyError); at += 1);
  for (let at = 0; !((await server.send('SET', `s:${at}`, 'x'.repeat(5000))) instanceof ReplyError); at += 1);
  store = await freshStore();
  const real = await realPorts(store, [], [ALEX]);
  ports = {
    ...real,
    get targets() {
      return new Map([[target().name, target()]]);
    },
    clock: { ...real.clock, now: () => Date.now() + aheadMs },
  };
});

afterEach(async () => {
  await store.close();
  await server.stop();
});

const target = () => cartStore([server], { ...(auto && { auto }) });

async function diagnosed(): Promise<{ incident: IncidentId; proposal: Proposal }> {
  const opening = { target: target(), openedBy: 'alert', requestedBy: null };
  const incident = await store.transaction((tx) => openIncident(ports, tx, opening));
  await diagnoseIncident(ports, incident.id);
  const proposals = await store.transaction((tx) => tx.proposalsOf(incident.id));
  const proposal = proposals.find(({ playbook }) => playbook === PLAYBOOK);
  if (!proposal) throw new Error(`not proposed, but ${proposals.map((one) => one.playbook).join(', ')}`);
  return { incident: incident.id, proposal };
}

const stateOf = (proposal: Proposal) => store.transaction((tx) => tx.automaticOf(proposal.id));
const runOf = (proposal: Proposal) => store.transaction((tx) => tx.runOf(proposal.id));
const maxmemory = async () => ((await server.send('CONFIG', 'GET', 'maxmemory')) as string[])[1];

async function due(): Promise<void> {
  aheadMs += 31_000;
  await runDueAutomatic(ports);
}

test('what medic.yml lets run by itself is announced, runs when nobody denies it, and is verified', async () => {
  const { proposal, incident } = await diagnosed();
  expect(await stateOf(proposal)).toMatchObject({ state: 'announced', because: null });
  await runDueAutomatic(ports);
  expect(await runOf(proposal)).toBeUndefined();

  await due();
  const queued = (await runOf(proposal)) as Run;
  await executeRun(ports, queued.id);
  expect(await runOf(proposal)).toMatchObject({ state: 'finished', verdict: 'verified' });
  expect(Number(await maxmemory())).toBeGreaterThan(20 * 1024 ** 2);
  expect(await stateOf(proposal)).toMatchObject({ state: 'ran' });
  const events = await store.transaction((tx) => tx.auditEvents({ after: 0, limit: 100, incident }));
  const told = events.map(({ kind, actor, facts }) => [kind, actor, facts.automatic]);
  expect(told).toContainEqual(['announced', 'redis-medic', undefined]);
  expect(told).toContainEqual(['approved', 'redis-medic', true]);
});

test('nothing runs by itself where medic.yml does not say so', async () => {
  auto = undefined;
  const { proposal } = await diagnosed();
  expect(await stateOf(proposal)).toBeUndefined();
  await due();
  expect(await runOf(proposal)).toBeUndefined();
});

test('a person who denies it in time keeps it from running', async () => {
  const { proposal } = await diagnosed();
  const { id, digest } = proposal;
  await vote(ports, { proposal: id, digest, by: ALEX, verdict: 'deny', reason: 'not now', typed: null });
  await due();
  expect(await runOf(proposal)).toBeUndefined();
  expect(await stateOf(proposal)).toMatchObject({ state: 'withdrawn', because: 'it is denied' });
});

test('a fault that went away meanwhile needs no repair', async () => {
  const { proposal } = await diagnosed();
  await server.send('FLUSHALL');
  await due();
  expect(await runOf(proposal)).toBeUndefined();
  expect((await stateOf(proposal))?.because).toBe('the fault is not there any more');
});

test('while it is paused nothing runs by itself, and approved plans do', async () => {
  const { proposal } = await diagnosed();
  await pauseAuto(ports, ALEX, 'deploying');
  await due();
  expect(await runOf(proposal)).toBeUndefined();
  const { id, digest } = proposal;
  const decision = await vote(ports, { proposal: id, digest, by: ALEX, verdict: 'approve', reason: null, typed: null });
  expect(decision.kind).toBe('approved');
  await resumeAuto(ports, ALEX);
  expect(await store.transaction((tx) => tx.autoPaused())).toBeNull();
});

test('a process that dies in a run that nobody approved leaves running by itself paused', async () => {
  const { proposal } = await diagnosed();
  await due();
  const run = (await runOf(proposal)) as Run;
  await store.transaction((tx) => tx.saveRun({ ...run, state: 'running', fence: 1, leaseUntil: ports.clock.now() }));
  await Promise.all(await recoverRuns(ports, true));
  const paused = await store.transaction((tx) => tx.autoPaused());
  expect(paused?.reason).toBe(`redis-medic died during ${run.id} on prod-carts, which ran by itself`);
});
