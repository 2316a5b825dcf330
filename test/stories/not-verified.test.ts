import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { ReplyError } from '../../src/domain/command.ts';
import type { IncidentId } from '../../src/domain/ids.ts';
import type { Proposal } from '../../src/domain/proposal.ts';
import type { Run } from '../../src/domain/run.ts';
import { vote } from '../../src/flow/decide.ts';
import { diagnoseIncident } from '../../src/flow/diagnose-incident.ts';
import { openIncident } from '../../src/flow/open-incident.ts';
import type { Ports } from '../../src/flow/ports.ts';
import { resolveIncident } from '../../src/flow/resolve.ts';
import { executeRun } from '../../src/flow/run/execute.ts';
import type { OpenStore } from '../../src/io/store/store.ts';
import { freshStore } from '../support/databases.ts';
import { ALEX } from '../support/proposal.ts';
import { realPorts } from '../support/real-ports.ts';
import { cartStore } from '../support/target.ts';

let server: RedisServer;
let store: OpenStore;
let ports: Ports;
let filling: AbortController;

/** A full store whose clients go on writing, so that more memory does not help for long. */
beforeEach(async () => {
  server = await startRedis({ args: ['--maxmemory', '20mb', '--maxmemory-policy', 'noeviction'] });
  store = await freshStore();
  ports = await realPorts(store, [target()], [ALEX]);
  await fill(0);
  filling = new AbortController();
});

afterEach(async () => {
  filling.abort();
  await store.close();
  await server.stop();
});

const target = () => cartStore([server]);

async function fill(round: number): Promise<void> {
  for (const size of [200_000, 5000]) {
    for (let at = 0; ; at += 1) {
      if ((await server.send('SET', `k:${round}:${size}:${at}`, 'x'.repeat(size))) instanceof ReplyError) break;
    }
  }
}

async function keepFilling(): Promise<void> {
  for (let round = 1; !filling.signal.aborted; round += 1) {
    await fill(round);
    await ports.clock.sleep(50, filling.signal).catch(() => undefined);
  }
}

const proposalsOf = (incident: IncidentId) => store.transaction((tx) => tx.proposalsOf(incident));
const incidentNow = (id: IncidentId) => store.transaction((tx) => tx.incident(id));

async function raise(): Promise<{ incident: IncidentId; proposal: Proposal; run: Run['id'] }> {
  const opening = { target: target(), openedBy: 'alert', requestedBy: null };
  const incident = await store.transaction((tx) => openIncident(ports, tx, opening));
  await diagnoseIncident(ports, incident.id);
  const proposal = (await proposalsOf(incident.id)).find(({ playbook }) => playbook === 'raise-maxmemory');
  if (!proposal) throw new Error('raise-maxmemory was not proposed');
  const { id, digest } = proposal;
  const decision = await vote(ports, { proposal: id, digest, by: ALEX, verdict: 'approve', reason: null, typed: null });
  if (decision.kind !== 'approved') throw new Error(JSON.stringify(decision));
  return { incident: incident.id, proposal, run: decision.run };
}

const commandsOf = ({ steps }: Proposal) =>
  steps.flatMap((step) => (step.kind === 'action' ? step.commands.map(({ argv }) => argv.join(' ')) : []));

test('a repair that did not help leaves the incident open, shows the values, and is not proposed again as it was', async () => {
  const { incident, proposal, run } = await raise();
  const clients = keepFilling();
  await executeRun(ports, run);
  filling.abort();
  await clients;
  const ended = await store.transaction((tx) => tx.run(run));
  expect(ended).toMatchObject({ state: 'finished', verdict: 'not-verified' });
  const limit = ended?.effects?.find(({ reading }) => reading === 'memory-config.maxmemory');
  expect(limit?.before).toBe(String(20 * 1024 ** 2));
  expect(Number(limit?.after)).toBeGreaterThan(20 * 1024 ** 2);
  expect((await incidentNow(incident))?.state).toBe('open');
  const open = (await proposalsOf(incident)).filter(({ state }) => state === 'open');
  expect(open.map(commandsOf)).not.toContainEqual(commandsOf(proposal));
  expect(open.length).toBeGreaterThan(0);
});

test('an incident is not closed by hand while a run of it is at work, so that nobody misses how it ended', async () => {
  const { incident, run } = await raise();
  await resolveIncident(ports, { incident, by: ALEX });
  expect((await incidentNow(incident))?.state).toBe('open');
  expect(await store.transaction((tx) => tx.run(run))).toMatchObject({ state: 'queued' });
});
