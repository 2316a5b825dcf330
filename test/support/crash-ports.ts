import { setTimeout as sleep } from 'node:timers/promises';
import type { RunId } from '../../src/domain/ids.ts';
import { targetFromUrl } from '../../src/domain/redis-url.ts';
import { answerStep } from '../../src/flow/answer-step.ts';
import { policyFor } from '../../src/flow/approval.ts';
import { vote } from '../../src/flow/decide.ts';
import { diagnoseIncident } from '../../src/flow/diagnose-incident.ts';
import { openIncident } from '../../src/flow/open-incident.ts';
import type { Ports, Servers, Store } from '../../src/flow/ports.ts';
import { proposeByHand } from '../../src/flow/propose-by-hand.ts';
import { ALEX, RILEY, SAM } from './proposal.ts';
import { realPorts } from './real-ports.ts';

type Boundary = 'committed' | 'sending' | 'sent';

export interface CrashPorts extends Ports {
  /** Boundaries count from here. */
  arm(): void;
  passed(): number;
}

/**
 * Real ports of a process that kills itself at a boundary: a commit, or the moment before or after a command is sent.
 * The boundary is told by its number, by its name, or as the n-th of its name: `sent:2`. `servers`: ports of one group.
 */
export async function crashPorts(store: Store, servers: readonly number[], boundary: string): Promise<CrashPorts> {
  let armed = false;
  let passed = 0;
  const ofName = { committed: 0, sending: 0, sent: 0 };
  const pass = (name: Boundary) => {
    if (!armed) return;
    passed += 1;
    ofName[name] += 1;
    if ([name, `${name}:${ofName[name]}`, String(passed)].includes(boundary)) process.kill(process.pid, 'SIGKILL');
  };
  const deadly: Store = {
    ...store,
    async transaction(work) {
      const result = await store.transaction(work);
      pass('committed');
      return result;
    },
  };
  const [target] = servers.map((port) => targetFromUrl(`redis://127.0.0.1:${port}`));
  if (!target) throw new Error('no server to run on');
  const seeds = servers.map((port) => ({ host: '127.0.0.1', port }));
  const ports = await realPorts(deadly, [{ ...target, seeds, memoryLimitBytes: 2 ** 30 }], [ALEX, SAM]);
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

/** Plans a playbook for a server as a person asks for it, has it approved by all who must, and returns its queued run. */
export async function beginByHand(ports: Ports, playbook: string, node: string): Promise<RunId> {
  const target = [...ports.targets.values()][0];
  if (!target) throw new Error('no target');
  const ask = { playbook, target: target.name, by: RILEY, values: {}, node };
  let asking = await proposeByHand(ports, ask);
  // On a busy machine a server may not have answered in time.
  for (let left = 5; left > 0 && asking.kind === 'refused'; left -= 1) {
    await sleep(500);
    asking = await proposeByHand(ports, ask);
  }
  if (asking.kind === 'refused') throw new Error(asking.sentence);
  const { id, digest, risk } = asking.proposal;
  const { approvers, typeName } = policyFor(risk);
  for (const by of [ALEX, SAM].slice(0, approvers)) {
    const typed = typeName ? target.name : null;
    const decision = await vote(ports, { proposal: id, digest, by, verdict: 'approve', reason: null, typed });
    if (decision.kind === 'approved') return decision.run;
  }
  throw new Error('not approved');
}

/** A person who says at once that whatever a step asks for is done. */
export function answerAll(ports: Ports): { stop(): void } {
  let going = true;
  void (async () => {
    while (going) {
      const rows = await ports.store.transaction(async (tx) => {
        const runs = await tx.runs({ states: ['running'], limit: 10 });
        return (await Promise.all(runs.map(({ id }) => tx.stepsOf(id)))).flat();
      });
      const asked = rows.find(({ kind, state, reply }) => kind === 'manual' && state === 'started' && reply === null);
      if (asked) await answerStep(ports, { run: asked.run, seq: asked.seq, by: ALEX, answer: 'done' });
      await sleep(100);
    }
  })();
  return {
    stop: () => {
      going = false;
    },
  };
}
