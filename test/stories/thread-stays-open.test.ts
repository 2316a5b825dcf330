import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import type { IncidentId } from '../../src/domain/ids.ts';
import type { Proposal } from '../../src/domain/proposal.ts';
import type { Run } from '../../src/domain/run.ts';
import { vote } from '../../src/flow/decide.ts';
import { diagnoseIncident } from '../../src/flow/diagnose-incident.ts';
import { openIncident } from '../../src/flow/open-incident.ts';
import type { Ports } from '../../src/flow/ports.ts';
import { executeRun } from '../../src/flow/run/execute.ts';
import { proposeUndo } from '../../src/flow/undo/propose-undo.ts';
import type { OpenStore } from '../../src/io/store/store.ts';
import { freshStore } from '../support/databases.ts';
import { ALEX, RILEY } from '../support/proposal.ts';
import { realPorts } from '../support/real-ports.ts';
import { cartStore } from '../support/target.ts';

let server: RedisServer;
let store: OpenStore;
let ports: Ports;
let incident: IncidentId;

/** A store that writes nothing to disk, and its thread with the plan to turn the append-only file on. */
beforeEach(async () => {
  server = await startRedis({ configFile: true, args: ['--maxmemory', '100mb'] });
  await server.send('SET', 'cart:1', 'x');
  store = await freshStore();
  ports = await realPorts(store, [target()], [ALEX]);
  const opening = { target: target(), openedBy: '/redis diagnose', requestedBy: RILEY };
  incident = (await store.transaction((tx) => openIncident(ports, tx, opening))).id;
  await diagnoseIncident(ports, incident);
});

afterEach(async () => {
  await store.close();
  await server.stop();
});

const target = () => cartStore([server]);

async function offered(): Promise<Proposal> {
  const proposals = await store.transaction((tx) => tx.proposalsOf(incident));
  const found = proposals.find(({ playbook, state }) => playbook === 'enable-aof' && state === 'open');
  if (!found) throw new Error(`not proposed, but ${proposals.map(({ playbook }) => playbook).join()}`);
  return found;
}

async function run({ id, digest }: Proposal): Promise<Run> {
  const decision = await vote(ports, { proposal: id, digest, by: ALEX, verdict: 'approve', reason: null, typed: null });
  if (decision.kind !== 'approved') throw new Error(JSON.stringify(decision));
  await executeRun(ports, decision.run);
  return (await store.transaction((tx) => tx.run(decision.run))) as Run;
}

async function undo(of: Run): Promise<Run> {
  const undoing = await proposeUndo(ports, { run: of.id, by: RILEY });
  if (undoing.kind === 'refused') throw new Error(undoing.sentence);
  return run(undoing.proposal);
}

async function now() {
  const found = await store.transaction((tx) => tx.incident(incident));
  return { state: found?.state, findings: found?.report?.findings.map(({ id }) => id) };
}

test('a run that stopped half way is looked at by a person, even where nothing seems wrong any more', async () => {
  const file = join(server.dir, 'redis.conf');
  await rm(file);
  await mkdir(file);
  const failed = await run(await offered());
  expect(failed).toMatchObject({ state: 'failed', note: expect.stringContaining('Is a directory') });
  await diagnoseIncident(ports, incident);
  const after = await now();
  expect(after.state).toBe('open');
  expect(after.findings).not.toContain('no-persistence-configured');
  expect(await undo(failed)).toMatchObject({ state: 'finished', verdict: 'verified' });
  expect(await now()).toEqual({ state: 'open', findings: expect.arrayContaining(['no-persistence-configured']) });
}, 60_000);

test('an undo in a thread that was over opens it again when something is wrong afterwards', async () => {
  const repaired = await run(await offered());
  expect(repaired).toMatchObject({ state: 'finished', verdict: 'verified' });
  expect((await now()).state).toBe('resolved');
  expect(await undo(repaired)).toMatchObject({ state: 'finished', verdict: 'verified' });
  expect(await now()).toEqual({ state: 'open', findings: expect.arrayContaining(['no-persistence-configured']) });
  await diagnoseIncident(ports, incident);
  expect(await offered()).toMatchObject({ playbook: 'enable-aof' });
}, 60_000);
