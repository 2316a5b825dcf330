import type { AuditFact, AuditKind } from '../domain/audit-event.ts';
import type { Proposal } from '../domain/proposal.ts';
import type { Run } from '../domain/run.ts';
import type { Clock, Tx } from './ports.ts';

/** Who acts when nobody asked. */
const MEDIC = 'redis-medic';

type About = Partial<Pick<AuditFact, 'target' | 'incident' | 'proposal' | 'run'>>;

/** Appends to the audit trail in the transaction of the state that it explains. */
export async function record(
  tx: Tx,
  clock: Clock,
  kind: AuditKind,
  about: About,
  actor: string = MEDIC,
  facts: AuditFact['facts'] = {},
): Promise<void> {
  const blank = { target: null, incident: null, proposal: null, run: null };
  await tx.audit({ ...blank, ...about, kind, actor, at: clock.now(), facts });
}

export function aboutProposal(proposal: Proposal): About {
  return { target: proposal.target, incident: proposal.incident, proposal: proposal.id };
}

export function aboutRun(run: Run): About {
  return { target: run.target, incident: run.incident, proposal: run.proposal, run: run.id };
}
