import type { Automatic } from '../../domain/auto.ts';
import type { RunId } from '../../domain/ids.ts';
import type { Report } from '../../domain/report.ts';
import { diagnose } from '../diagnose.ts';
import { pastOf } from '../past.ts';
import type { Ports, Tx } from '../ports.ts';
import { aboutProposal, record } from '../record.ts';
import { GroupTaken, startRun } from '../start-run.ts';
import { autoFacts } from './announce.ts';
import { objectionToAuto } from './may-run.ts';

/**
 * Runs what was announced and nobody denied. The servers are diagnosed again first, and every rule of medic.yml is asked
 * again; the run itself then checks its fingerprint like any other. For a timer.
 */
export async function runDueAutomatic(ports: Ports): Promise<void> {
  const due = await ports.store.transaction((tx) => tx.dueAutomatic(ports.clock.now()));
  for (const automatic of due) {
    try {
      await runOne(ports, automatic);
    } catch (error) {
      if (!(error instanceof GroupTaken)) throw error;
    }
  }
  if (due.length > 0) ports.face.wake();
}

async function runOne(ports: Ports, automatic: Automatic): Promise<void> {
  const target = ports.targets.get(automatic.target);
  if (!target?.auto) return withdraw(ports, automatic, 'medic.yml does not let it run by itself any more');
  const past = await pastOf(ports.store, target);
  const { report } = await diagnose(ports, target, { seconds: ports.windowSeconds, past });
  const run = await ports.store.transaction((tx) => approveItself(ports, tx, automatic, report));
  if (run !== undefined) await ports.queue.run(run);
}

/** Undefined when it was withdrawn, or has to wait for another run on these servers. */
async function approveItself(ports: Ports, tx: Tx, automatic: Automatic, report: Report): Promise<RunId | undefined> {
  const proposal = await tx.proposal(automatic.proposal, { lock: true });
  const policy = ports.targets.get(automatic.target)?.auto;
  const now = ports.clock.now();
  if (proposal?.state !== 'open' || now >= proposal.expiresAt || !policy?.playbooks.includes(automatic.playbook)) {
    await withdrawn(
      ports,
      tx,
      automatic,
      `it is ${proposal?.state === 'open' ? 'too old' : (proposal?.state ?? 'gone')}`,
    );
    return undefined;
  }
  const facts = await autoFacts(ports, tx, policy, proposal, report);
  const because = objectionToAuto(policy, proposal, facts);
  if (because !== undefined) {
    await withdrawn(ports, tx, automatic, because);
    return undefined;
  }
  if (await tx.activeRunOf(proposal.group)) return undefined;
  await tx.saveAutomatic({ ...automatic, state: 'ran', ranAt: now });
  const run = await startRun(ports, tx, proposal, undefined, { automatic: true });
  await ports.face.show(tx, proposal.incident);
  return run;
}

async function withdraw(ports: Ports, automatic: Automatic, because: string): Promise<void> {
  await ports.store.transaction((tx) => withdrawn(ports, tx, automatic, because));
}

async function withdrawn(ports: Ports, tx: Tx, automatic: Automatic, because: string): Promise<void> {
  await tx.saveAutomatic({ ...automatic, state: 'withdrawn', because });
  const proposal = await tx.proposal(automatic.proposal);
  if (!proposal) return;
  await record(tx, ports.clock, 'held', aboutProposal(proposal), undefined, { because });
  await ports.face.show(tx, proposal.incident);
}
