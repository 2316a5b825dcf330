import type { RunId } from '../domain/ids.ts';
import type { Proposal } from '../domain/proposal.ts';
import { EXECUTION_TTL_MS } from './approval.ts';
import type { Ports, Tx } from './ports.ts';
import { aboutProposal, aboutRun, record } from './record.ts';
import { newRun } from './run/new-run.ts';

/** Approves an open proposal and stores its run, in the transaction of the decision; throws GroupTaken. `by`: redis-medic itself when absent. */
export async function startRun(
  ports: Ports,
  tx: Tx,
  proposal: Proposal,
  by: string | undefined,
  facts: Readonly<Record<string, unknown>> = {},
): Promise<RunId> {
  const now = ports.clock.now();
  const { run, steps } = newRun(proposal, ports.ids.run(), now, now + EXECUTION_TTL_MS);
  if (!(await tx.addRun(run, steps))) throw new GroupTaken(proposal.group);
  await tx.saveProposal({ ...proposal, state: 'approved', decidedAt: now });
  await record(tx, ports.clock, 'approved', aboutProposal(proposal), by, { digest: proposal.digest, ...facts });
  await record(tx, ports.clock, 'queued', aboutRun(run), by, { startBefore: run.startBefore });
  return run.id;
}

/** The database refused a second active run of the group: the transaction is rolled back, vote and all. */
export class GroupTaken extends Error {
  constructor(group: string) {
    super(`another run of ${group} began at the same moment`);
  }
}
