import type { IncidentId } from '../domain/ids.ts';
import { ACTIVE_RUN_STATES } from '../domain/run.ts';
import type { Ports } from './ports.ts';
import { aboutProposal, record } from './record.ts';

/** Expires what nobody approved in time and wakes workers for what the queue may have lost. Called every few seconds. */
export async function sweep(ports: Ports): Promise<void> {
  const now = ports.clock.now();
  const overdue = await ports.store.transaction((tx) => tx.overdueProposals(now));
  for (const { id } of overdue) {
    await ports.store.transaction(async (tx) => {
      const proposal = await tx.proposal(id, { lock: true });
      if (proposal?.state !== 'open') return;
      await tx.saveProposal({ ...proposal, state: 'expired', decidedAt: now });
      await record(tx, ports.clock, 'expired', aboutProposal(proposal));
      await ports.face.show(tx, proposal.incident);
    });
  }
  if (overdue.length > 0) ports.face.wake();
}

/** An open incident without a remedy is looked at again: often at first, as a fault may need time to show, then rarely. */
const AGAIN_MS = 15_000;
const OFTEN_FOR_MS = 5 * 60_000;
const AGAIN_LATER_MS = 5 * 60_000;

/** Diagnoses again the open incidents that nobody can act on: no open proposal and no run that sends something. */
export async function lookAgain(ports: Ports): Promise<void> {
  const now = ports.clock.now();
  const due = await ports.store.transaction(async (tx) => {
    const waiting: IncidentId[] = [];
    for (const incident of await tx.incidents({ state: 'open', limit: 100 })) {
      const every = now - incident.openedAt < OFTEN_FOR_MS ? AGAIN_MS : AGAIN_LATER_MS;
      if (incident.report === null || now - incident.report.takenAt < every) continue;
      const proposals = await tx.proposalsOf(incident.id);
      const active = await tx.runs({ states: ACTIVE_RUN_STATES, incident: incident.id, limit: 100 });
      if (active.every(({ group }) => group === null) && proposals.every(({ state }) => state !== 'open'))
        waiting.push(incident.id);
    }
    return waiting;
  });
  for (const id of due) await ports.queue.diagnose(id);
}

/** Queues again what stands in the store but may be missing in the queue: after a start, or a crash between the two. */
export async function requeue(ports: Ports): Promise<void> {
  const { runs, incidents, scans } = await ports.store.transaction(async (tx) => ({
    runs: await tx.runs({ states: ['queued'], limit: 100 }),
    incidents: await tx.incidents({ state: 'open', limit: 100 }),
    scans: await tx.runningKeyScans(),
  }));
  for (const scan of scans) await ports.queue.keys(scan.incident);
  for (const run of runs) await ports.queue.run(run.id);
  for (const incident of incidents) if (incident.report === null) await ports.queue.diagnose(incident.id);
}
