import type { Automatic, AutoPolicy } from '../../domain/auto.ts';
import type { Incident } from '../../domain/incident.ts';
import type { Proposal } from '../../domain/proposal.ts';
import type { Report } from '../../domain/report.ts';
import type { Ports, Tx } from '../ports.ts';
import { aboutProposal, record } from '../record.ts';
import { type AutoFacts, objectionToAuto } from './may-run.ts';

/** Announces the open proposals of an incident that medic.yml lets run by themselves, and says why others are held. */
export async function announceAutomatic(ports: Ports, tx: Tx, incident: Incident, report: Report): Promise<void> {
  const policy = ports.targets.get(incident.target)?.auto;
  if (!policy) return;
  for (const proposal of await tx.proposalsOf(incident.id)) {
    // What a person asked for or changed is theirs to have approved.
    const ours = proposal.undoes === null && !proposal.byHand;
    const named = ours && policy.playbooks.includes(proposal.playbook);
    if (!named || proposal.state !== 'open' || (await tx.automaticOf(proposal.id))) continue;
    const because = objectionToAuto(policy, proposal, await autoFacts(ports, tx, policy, proposal, report)) ?? null;
    const { target, playbook, node } = proposal;
    const state: Automatic['state'] = because === null ? 'announced' : 'held';
    const dueAt = ports.clock.now() + policy.noticeSeconds * 1000;
    await tx.saveAutomatic({ proposal: proposal.id, target, playbook, node, state, dueAt, ranAt: null, because });
    await record(
      tx,
      ports.clock,
      state,
      aboutProposal(proposal),
      undefined,
      because === null ? { dueAt } : { because },
    );
  }
}

/** What decides whether a proposal may run by itself now. */
export async function autoFacts(
  ports: Ports,
  tx: Tx,
  { withinSeconds, coolDownSeconds }: AutoPolicy,
  { target }: Proposal,
  report: Report,
): Promise<AutoFacts> {
  const now = ports.clock.now();
  const paused = (await tx.paused()) ?? (await tx.autoPaused());
  return {
    paused: paused && (paused.reason || `by ${paused.by}`),
    report,
    rules: ports.shelves.rules,
    history: await tx.ranAutomatically(target, now - Math.max(withinSeconds, coolDownSeconds) * 1000),
    now,
  };
}
