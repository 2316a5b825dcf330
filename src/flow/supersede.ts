import type { SlackUserId } from '../domain/ids.ts';
import type { Proposal } from '../domain/proposal.ts';
import type { Ports, Tx } from './ports.ts';
import { aboutProposal, record } from './record.ts';

/** Takes an open proposal back, so that nobody can approve it any more. */
export async function supersede(
  ports: Ports,
  tx: Tx,
  proposal: Proposal,
  because: string,
  by?: SlackUserId,
): Promise<void> {
  await tx.saveProposal({ ...proposal, state: 'superseded', reason: because, decidedAt: ports.clock.now() });
  await record(tx, ports.clock, 'superseded', aboutProposal(proposal), by, { because });
}
