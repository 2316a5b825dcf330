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

/** Queues again what stands in the store but may be missing in the queue: after a start, or a crash between the two. */
export async function requeue(ports: Ports): Promise<void> {
  const { runs, incidents } = await ports.store.transaction(async (tx) => ({
    runs: await tx.runs({ states: ['queued'], limit: 100 }),
    incidents: await tx.incidents({ state: 'open', limit: 100 }),
  }));
  for (const run of runs) await ports.queue.run(run.id);
  for (const incident of incidents) if (incident.report === null) await ports.queue.diagnose(incident.id);
}
