import type { ProposalId, RunId } from '../domain/ids.ts';
import { heldBy } from '../domain/proposal.ts';
import { asksFresh, type Ballot, type RefusalReason, rule } from './approval.ts';
import type { Permission, Ports, Tx } from './ports.ts';
import { aboutProposal, record } from './record.ts';
import { GroupTaken, startRun } from './start-run.ts';

export type Decision =
  | { kind: 'approved'; run: RunId }
  | { kind: 'counted'; missing: number }
  | { kind: 'denied' }
  | { kind: 'refused'; because: RefusalReason; sentence: string };

/**
 * Takes one person's vote. Vote, state, audit row and the messages that show them are one transaction,
 * with the proposal's row locked: two clicks cannot both win. The run is queued after the commit.
 */
export async function vote(ports: Ports, ballot: Ballot & { proposal: ProposalId }): Promise<Decision> {
  const known = await ports.store.transaction((tx) => tx.proposal(ballot.proposal));
  if (!known) {
    return { kind: 'refused', because: 'unknown', sentence: 'This proposal is not known here. Diagnose again.' };
  }
  const permission = await ports.people.mayApprove(ballot.by, { fresh: asksFresh(known.risk) });
  const decision = await settle(ports, ballot, permission);
  ports.meter.count('redis_medic_votes_total', {
    verdict: decision.kind === 'refused' ? `refused:${decision.because}` : ballot.verdict,
  });
  // The first command goes before the message that it is approved; the run wakes the face soon enough.
  if (decision.kind === 'approved') await ports.queue.run(decision.run);
  else ports.face.wake();
  return decision;
}

async function settle(
  ports: Ports,
  ballot: Ballot & { proposal: ProposalId },
  permission: Permission,
): Promise<Decision> {
  try {
    return await ports.store.transaction((tx) => decide(ports, tx, ballot, permission));
  } catch (error) {
    if (!(error instanceof GroupTaken)) throw error;
    // The other run is committed now, so a second look refuses with its id.
    return await ports.store.transaction((tx) => decide(ports, tx, ballot, permission));
  }
}

async function decide(
  ports: Ports,
  tx: Tx,
  ballot: Ballot & { proposal: ProposalId },
  permission: Permission,
): Promise<Decision> {
  const proposal = await tx.proposal(ballot.proposal, { lock: true });
  if (!proposal) throw new Error(`proposal ${ballot.proposal} vanished`);
  const now = ports.clock.now();
  const group = heldBy(proposal);
  const busyWith = group === null ? null : ((await tx.activeRunOf(group))?.id ?? null);
  const paused = (await tx.paused()) !== null;
  const ruling = rule(proposal, await tx.votesOf(proposal.id), ballot, { permission, paused, busyWith, now });
  if (ruling.kind === 'refused') {
    await record(tx, ports.clock, 'refused', aboutProposal(proposal), ballot.by, { because: ruling.because });
    return ruling;
  }
  const { by, verdict, reason } = ballot;
  await tx.addVote({ proposal: proposal.id, by, verdict, reason, at: now });
  await record(tx, ports.clock, 'voted', aboutProposal(proposal), by, { verdict, reason, digest: proposal.digest });
  let decision: Decision =
    ruling.kind === 'approved' ? { kind: 'approved', run: await startRun(ports, tx, proposal, by) } : ruling;
  if (ruling.kind === 'denied') {
    await tx.saveProposal({ ...proposal, state: 'denied', reason, decidedAt: now });
    await record(tx, ports.clock, 'denied', aboutProposal(proposal), by, { reason });
    decision = { kind: 'denied' };
  }
  await ports.face.show(tx, proposal.incident);
  return decision;
}
