import type { RunId } from '../../src/domain/ids.ts';
import { targetFromUrl } from '../../src/domain/redis-url.ts';
import { vote } from '../../src/flow/decide.ts';
import { diagnoseIncident } from '../../src/flow/diagnose-incident.ts';
import { openIncident } from '../../src/flow/open-incident.ts';
import type { Ports, Servers, Store } from '../../src/flow/ports.ts';
import { ALEX } from './proposal.ts';
import { realPorts } from './real-ports.ts';

type Boundary = 'committed' | 'sending' | 'sent';

export interface CrashPorts extends Ports {
  /** Boundaries count from here. */
  arm(): void;
  passed(): number;
}

/**
 * Real ports of a process that kills itself at a boundary: a commit, or the moment before or after a command is sent.
 * The boundary is told by its number or its name.
 */
export async function crashPorts(store: Store, port: number, boundary: string): Promise<CrashPorts> {
  let armed = false;
  let passed = 0;
  const pass = (name: Boundary) => {
    if (!armed) return;
    passed += 1;
    if (boundary === name || boundary === String(passed)) process.kill(process.pid, 'SIGKILL');
  };
  const deadly: Store = {
    ...store,
    async transaction(work) {
      const result = await store.transaction(work);
      pass('committed');
      return result;
    },
  };
  const ports = await realPorts(deadly, [targetFromUrl(`redis://127.0.0.1:${port}`)], [ALEX]);
  return {
    ...ports,
    servers: around(ports.servers, pass),
    arm: () => {
      armed = true;
    },
    passed: () => passed,
  };
}

function around(servers: Servers, pass: (name: Boundary) => void): Servers {
  return {
    read: (address, target) => servers.read(address, target),
    readKeys: (address, target) => servers.readKeys(address, target),
    inspect: (address, target) => servers.inspect(address, target),
    carry: (address, target) => servers.carry(address, target),
    async write(address, target, db) {
      const opened = await servers.write(address, target, db);
      if (opened.kind === 'refused') return opened;
      const { session } = opened;
      return {
        kind: 'open',
        session: {
          async send(command) {
            pass('sending');
            const sent = await session.send(command);
            pass('sent');
            return sent;
          },
          close: () => session.close(),
        },
      };
    },
  };
}

/** Diagnoses the broken server, approves the proposal of a playbook and returns its queued run. */
export async function beginRun(ports: Ports, playbook: string): Promise<RunId> {
  const target = [...ports.targets.values()][0];
  if (!target) throw new Error('no target');
  const incident = await ports.store.transaction((tx) =>
    openIncident(ports, tx, { target, openedBy: 'a test', requestedBy: null }),
  );
  await diagnoseIncident(ports, incident.id);
  const proposals = await ports.store.transaction((tx) => tx.proposalsOf(incident.id));
  const proposal = proposals.find((one) => one.playbook === playbook);
  if (!proposal)
    throw new Error(`${playbook} was not proposed, but: ${proposals.map((one) => one.playbook).join(', ')}`);
  const { id, digest } = proposal;
  const decision = await vote(ports, { proposal: id, digest, by: ALEX, verdict: 'approve', reason: null, typed: null });
  if (decision.kind !== 'approved') throw new Error(`not approved: ${JSON.stringify(decision)}`);
  return decision.run;
}
