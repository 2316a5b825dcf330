import { IncidentId, makeIds, type RunId } from '../../src/domain/ids.ts';
import { targetFromUrl } from '../../src/domain/redis-url.ts';
import type { Target } from '../../src/domain/target.ts';
import { vote } from '../../src/flow/decide.ts';
import { diagnoseIncident } from '../../src/flow/diagnose-incident.ts';
import { openIncident } from '../../src/flow/open-incident.ts';
import type { Ports, Store, Writer } from '../../src/flow/ports.ts';
import { loadPlaybooks } from '../../src/io/playbooks.ts';
import { openServers } from '../../src/io/redis.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { ALEX } from './proposal.ts';

export interface CrashPorts extends Ports {
  /** Boundaries count from here. */
  arm(): void;
  passed(): number;
}

/** The real store, servers and shelves; a face that shows nothing, approvers that are one person, and a death at a boundary. */
export async function crashPorts(store: Store, port: number, boundary: number): Promise<CrashPorts> {
  let armed = false;
  let passed = 0;
  const pass = () => {
    if (!armed) return;
    passed += 1;
    if (passed === boundary) process.kill(process.pid, 'SIGKILL');
  };
  const target: Target = targetFromUrl(`redis://127.0.0.1:${port}`);
  const { sources: _sources, ...units } = await loadShelves();
  const shelves = { ...units, playbooks: await loadPlaybooks(units) };
  const servers = openServers(shelves.probes);
  return {
    arm: () => {
      armed = true;
    },
    passed: () => passed,
    store: {
      ...store,
      async transaction(work) {
        const result = await store.transaction(work);
        pass();
        return result;
      },
    },
    servers: {
      read: servers.read,
      async write(address, of) {
        const opened = await servers.write(address, of);
        if (opened.kind === 'refused') return opened;
        const { session } = opened;
        const writer: Writer = {
          async send(command) {
            pass();
            const sent = await session.send(command);
            pass();
            return sent;
          },
          close: () => session.close(),
        };
        return { kind: 'open', session: writer };
      },
    },
    shelves,
    queue: { run: async () => {}, diagnose: async () => {} },
    face: { show: async () => {}, wake: () => {} },
    people: {
      mayApprove: async (user) =>
        user === ALEX ? { kind: 'allowed' } : { kind: 'refused', because: 'not-an-approver' },
    },
    targets: new Map([[target.name, target]]),
    defaultChannel: 'C0000000001',
    windowSeconds: 1,
    clock: {
      now: () => Date.now(),
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          const timer = setTimeout(resolve, ms);
          signal?.addEventListener('abort', () => {
            clearTimeout(timer);
            reject(new Error('aborted'));
          });
        }),
    },
    ids: makeIds((below) => Math.floor(Math.random() * below)),
    log: {
      debug: () => {},
      info: () => {},
      warn: () => {},
      error: (facts, sentence) =>
        process.stderr.write(`${sentence} ${JSON.stringify(facts, Object.getOwnPropertyNames(facts))}\n`),
    },
    meter: { count: () => {}, observe: () => {} },
  };
}

/** Diagnoses the broken server, approves the first proposal for raising maxmemory and returns its queued run. */
export async function beginRun(ports: Ports): Promise<RunId> {
  const target = [...ports.targets.values()][0];
  if (!target) throw new Error('no target');
  const incident = await ports.store.transaction((tx) =>
    openIncident(ports, tx, { target, openedBy: 'a test', requestedBy: null, askedIn: null }),
  );
  await diagnoseIncident(ports, IncidentId.parse(incident.id));
  const proposals = await ports.store.transaction((tx) => tx.proposalsOf(incident.id));
  const proposal = proposals.find(({ playbook }) => playbook === 'raise-maxmemory');
  if (!proposal) throw new Error(`raise-maxmemory was not proposed, but: ${proposals.map(({ playbook }) => playbook)}`);
  const { id, digest } = proposal;
  const decision = await vote(ports, { proposal: id, digest, by: ALEX, verdict: 'approve', reason: null, typed: null });
  if (decision.kind !== 'approved') throw new Error(`not approved: ${JSON.stringify(decision)}`);
  return decision.run;
}
