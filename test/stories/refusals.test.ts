import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { ReplyError } from '../../src/domain/command.ts';
import type { Proposal } from '../../src/domain/proposal.ts';
import type { Run } from '../../src/domain/run.ts';
import { type Decision, vote } from '../../src/flow/decide.ts';
import { diagnoseIncident } from '../../src/flow/diagnose-incident.ts';
import { openIncident } from '../../src/flow/open-incident.ts';
import { pause, resume } from '../../src/flow/pause.ts';
import type { Ports } from '../../src/flow/ports.ts';
import { executeRun } from '../../src/flow/run/execute.ts';
import { sweep } from '../../src/flow/sweep.ts';
import { proposeUndo } from '../../src/flow/undo/propose-undo.ts';
import type { OpenStore } from '../../src/io/store/store.ts';
import { freshStore } from '../support/databases.ts';
import { ALEX, OLLI, RILEY, SAM } from '../support/proposal.ts';
import { realPorts } from '../support/real-ports.ts';
import { cartStore } from '../support/target.ts';

const MINUTE = 60_000;
let primary: RedisServer;
let replica: RedisServer;
let store: OpenStore;
let ports: Ports;
let aheadMs = 0;

/** A full store with a replica, refused writes, and an incident that Riley asked for. */
beforeEach(async () => {
  aheadMs = 0;
  primary = await startRedis({ args: ['--maxmemory', '20mb', '--maxmemory-policy', 'noeviction'] });
  replica = await startRedis({ replicaOf: primary });
  for (let at = 0; !((await primary.send('SET', `k:${at}`, 'x'.repeat(200_000))) instanceof ReplyError); at += 1);
  for (let at = 0; !((await primary.send('SET', `s:${at}`, 'x'.repeat(5000))) instanceof ReplyError); at += 1);
  store = await freshStore();
  const real = await realPorts(store, [target()], [ALEX, SAM, RILEY]);
  ports = { ...real, clock: { ...real.clock, now: () => Date.now() + aheadMs } };
});

afterEach(async () => {
  await store.close();
  await replica.stop();
  await primary.stop();
});

const target = () => cartStore([primary, replica]);

async function propose(playbook: string): Promise<Proposal> {
  const opening = { target: target(), openedBy: '/redis diagnose', requestedBy: RILEY };
  const incident = await store.transaction((tx) => openIncident(ports, tx, opening));
  await diagnoseIncident(ports, incident.id);
  const proposals = await store.transaction((tx) => tx.proposalsOf(incident.id));
  const found = proposals.findLast((one) => one.playbook === playbook && one.state === 'open');
  if (!found) throw new Error(`not proposed: ${playbook}; but ${proposals.map((one) => one.playbook).join(', ')}`);
  return found;
}

function click(proposal: Proposal, by: typeof ALEX): Promise<Decision> {
  const { id, digest } = proposal;
  return vote(ports, { proposal: id, digest, by, verdict: 'approve', reason: null, typed: null });
}

const because = (decision: Decision) => (decision.kind === 'refused' ? decision.because : decision.kind);

async function run(decision: Decision): Promise<Run> {
  if (decision.kind !== 'approved') throw new Error(`not approved: ${JSON.stringify(decision)}`);
  await executeRun(ports, decision.run);
  const ended = await store.transaction((tx) => tx.run(decision.run));
  if (!ended) throw new Error('the run is gone');
  return ended;
}

async function limit(): Promise<string> {
  const [, value] = (await primary.send('CONFIG', 'GET', 'maxmemory')) as string[];
  return value ?? '';
}

async function auditKinds(): Promise<string[]> {
  const events = await store.transaction((tx) => tx.auditEvents({ after: 0, limit: 500 }));
  return events.map(({ kind }) => kind);
}

describe('who may approve, on a real incident', () => {
  test('an outsider is refused, the refusal is recorded and the plan stays open', async () => {
    const proposal = await propose('raise-maxmemory');
    expect(because(await click(proposal, OLLI))).toBe('not-an-approver');
    expect(await auditKinds()).toContain('refused');
    expect((await store.transaction((tx) => tx.proposal(proposal.id)))?.state).toBe('open');
  });

  test('the requester cannot approve a disruptive plan of their own, another approver can', async () => {
    await replica.send('REPLICAOF', '127.0.0.1', '1');
    const proposal = await propose('repoint-replica');
    expect(proposal.risk).toBe('disruptive');
    expect(because(await click(proposal, RILEY))).toBe('requester');
    expect(because(await click(proposal, ALEX))).toBe('approved');
  });

  test('of two clicks at once one wins, and one run is made', async () => {
    const proposal = await propose('raise-maxmemory');
    const both = await Promise.all([click(proposal, ALEX), click(proposal, SAM)]);
    expect(both.map(because).toSorted()).toEqual(['approved', 'decided']);
    expect(await store.transaction((tx) => tx.runs({ limit: 10 }))).toHaveLength(1);
  });

  test('after its time a proposal cannot be approved, and it expires by itself', async () => {
    const proposal = await propose('raise-maxmemory');
    aheadMs = 30 * MINUTE;
    expect(because(await click(proposal, ALEX))).toBe('expired');
    await sweep(ports);
    expect((await store.transaction((tx) => tx.proposal(proposal.id)))?.state).toBe('expired');
  });

  test('a second run on the same group is refused while the first is at work', async () => {
    const proposal = await propose('raise-maxmemory');
    await replica.send('REPLICAOF', '127.0.0.1', '1');
    expect(because(await click(proposal, ALEX))).toBe('approved');
    expect(because(await click(await propose('repoint-replica'), ALEX))).toBe('group-busy');
  });

  test('while paused nothing is approved, and a queued run is refused', async () => {
    const proposal = await propose('raise-maxmemory');
    await pause(ports, ALEX, 'change freeze');
    expect(because(await click(proposal, ALEX))).toBe('paused');
    await resume(ports, ALEX);
    const decision = await click(proposal, ALEX);
    await pause(ports, ALEX, 'change freeze');
    expect(await run(decision)).toMatchObject({ state: 'refused', note: 'running is paused' });
    expect(await limit()).toBe(String(20 * 1024 * 1024));
  });
});

describe('what changed between proposal and execution', () => {
  test('a changed value: nothing is sent, and the change is named', async () => {
    const decision = await click(await propose('raise-maxmemory'), ALEX);
    await primary.send('CONFIG', 'SET', 'maxmemory', '21mb');
    const ended = await run(decision);
    expect(ended.state).toBe('refused');
    expect(ended.note).toContain(
      `maxmemory of 127.0.0.1:${primary.port} was ${20 * 1024 * 1024}, is ${21 * 1024 * 1024}`,
    );
    expect(await limit()).toBe(String(21 * 1024 * 1024));
    expect(await auditKinds()).toContain('drifted');
  });

  test('a changed role: nothing is sent', async () => {
    const decision = await click(await propose('raise-maxmemory'), ALEX);
    await replica.send('REPLICAOF', 'NO', 'ONE');
    await primary.send('REPLICAOF', '127.0.0.1', String(replica.port));
    expect(await run(decision)).toMatchObject({ state: 'refused' });
    expect(await limit()).toBe(String(20 * 1024 * 1024));
  });

  test('five minutes after the vote it is too late to start', async () => {
    const decision = await click(await propose('raise-maxmemory'), ALEX);
    aheadMs = 5 * MINUTE;
    expect(await run(decision)).toMatchObject({ state: 'refused' });
    expect(await limit()).toBe(String(20 * 1024 * 1024));
  });

  test('an approver who is none any more: nothing is sent', async () => {
    const decision = await click(await propose('raise-maxmemory'), ALEX);
    ports = { ...ports, people: { mayApprove: async () => ({ kind: 'refused', because: 'not-an-approver' }) } };
    expect(await run(decision)).toMatchObject({ state: 'refused' });
  });
});

describe('the way back', () => {
  test('an undo is a proposal of its own, and restores what was there', { timeout: 60_000 }, async () => {
    const ended = await run(await click(await propose('raise-maxmemory'), ALEX));
    expect(ended).toMatchObject({ state: 'finished', verdict: 'verified' });
    const [step] = await store.transaction((tx) => tx.stepsOf(ended.id));
    expect(step?.endedAt).toBeGreaterThanOrEqual(step?.startedAt ?? Number.POSITIVE_INFINITY);
    expect(await undo(ended)).toMatchObject({ kind: 'refused', because: 'harmful' });
    for (let at = 0; at < 40; at += 1) await primary.send('DEL', `k:${at}`);
    const both = await Promise.all([undo(ended), undo(ended)]);
    expect(both.map(({ kind }) => kind).toSorted()).toEqual(['proposed', 'refused']);
    const undoing = both.find(({ kind }) => kind === 'proposed');
    if (undoing?.kind !== 'proposed') throw new Error('not proposed');
    const undone = await run(await click(undoing.proposal, ALEX));
    expect(undone).toMatchObject({ state: 'finished', verdict: 'verified' });
    expect(await limit()).toBe(String(20 * 1024 * 1024));
    const sentence = `This run was undone by ${undone.id}.`;
    expect(await undo(ended)).toEqual({ kind: 'refused', because: 'undone-already', sentence });
  });

  test('an undo is refused when the value was changed since the run', { timeout: 60_000 }, async () => {
    const ended = await run(await click(await propose('raise-maxmemory'), ALEX));
    await primary.send('CONFIG', 'SET', 'maxmemory', '90mb');
    expect(await undo(ended)).toMatchObject({ kind: 'refused', because: 'changed' });
  });

  test('an undo that could not run may be asked for again', { timeout: 60_000 }, async () => {
    const ended = await run(await click(await propose('raise-maxmemory'), ALEX));
    for (let at = 0; at < 40; at += 1) await primary.send('DEL', `k:${at}`);
    const first = await undo(ended);
    if (first.kind !== 'proposed') throw new Error(first.sentence);
    expect(await undo(ended)).toMatchObject({ kind: 'refused', because: 'proposed-already' });
    const late = await click(first.proposal, SAM);
    aheadMs += 6 * MINUTE;
    expect((await run(late)).state).toBe('refused');
    expect(await undo(ended)).toMatchObject({ kind: 'proposed' });
  });

  const undo = (ended: Run) => proposeUndo(ports, { run: ended.id, by: SAM });
});
