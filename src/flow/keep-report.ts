import type { IncidentId, SlackUserId } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import { canonicalJson, type Proposal } from '../domain/proposal.ts';
import type { Report } from '../domain/report.ts';
import { ACTIVE_RUN_STATES } from '../domain/run.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { announceAutomatic } from './auto/announce.ts';
import type { Ports, Tx } from './ports.ts';
import { propose } from './propose.ts';
import { aboutProposal, record } from './record.ts';
import { supersede } from './supersede.ts';

/**
 * Stores a diagnosis and what it proposes. An open proposal stays when the same playbook is proposed for the same
 * node from the same watched values, so that votes are not lost to a passing reading; others are superseded.
 */
export async function keepReport(
  ports: Ports,
  tx: Tx,
  incident: Incident,
  diagnosis: { snapshot: Snapshot; report: Report },
  requestedBy: SlackUserId | null,
): Promise<void> {
  const { report, snapshot } = diagnosis;
  await record(tx, ports.clock, 'diagnosed', { target: incident.target, incident: incident.id }, undefined, {
    verdict: report.verdict,
    findings: report.findings.map(({ id, node, severity }) => ({ id, node, severity })),
    unassessed: report.unassessed.length,
  });
  const { shelves, ids } = ports;
  const now = ports.clock.now();
  const already = await runIn(tx, incident.id);
  const fresh = propose({ snapshot, report, incident, requestedBy, ...already, shelves, ids, now });
  for (const refusal of fresh.refused) ports.log.info({ incident: incident.id, ...refusal }, 'playbook not offered');
  await tx.saveIncident({ ...incident, report: { ...report, notOffered: fresh.refused }, trouble: null });
  const open = (await tx.proposalsOf(incident.id)).filter((proposal) => proposal.state === 'open');
  const kept = new Set<string>();
  for (const proposal of fresh.proposals) {
    const same = open.find((known) => sameGround(known, proposal));
    if (same) kept.add(same.id);
    else await addProposal(ports, tx, proposal);
  }
  for (const proposal of open) {
    if (kept.has(proposal.id) || proposal.undoes !== null || proposal.byHand) continue;
    await supersede(ports, tx, proposal, 'a newer diagnosis does not propose it from these readings');
  }
  await announceAutomatic(ports, tx, incident, report);
}

/** What is at work in an incident, and what was run and did not help: the next best is proposed instead. */
async function runIn(tx: Tx, incident: IncidentId): Promise<{ underWay: Proposal[]; tried: Proposal[] }> {
  const runs = new Map((await tx.runs({ incident, limit: 100 })).map((run) => [run.proposal, run]));
  const proposals = await tx.proposalsOf(incident);
  return {
    underWay: proposals.filter(({ id }) => ACTIVE_RUN_STATES.some((state) => state === runs.get(id)?.state)),
    tried: proposals.filter(({ id }) => runs.get(id)?.verdict === 'not-verified'),
  };
}

/** Stores a proposal, with the person who asked for it or changed it, if there is one. */
export async function addProposal(ports: Ports, tx: Tx, proposal: Proposal, by?: SlackUserId): Promise<void> {
  await tx.addProposal(proposal);
  const { playbook, digest, risk, steps, parameters } = proposal;
  const facts = { playbook, digest, risk, steps, ...(parameters && { parameters }) };
  await record(tx, ports.clock, 'proposed', aboutProposal(proposal), by, facts);
  ports.meter.count('redis_medic_proposals_total', { playbook });
}

function sameGround(one: Proposal, other: Proposal): boolean {
  return one.playbook === other.playbook && one.node === other.node && ground(one) === ground(other);
}

/** What a proposal was computed from: the watched values of its steps. */
function ground(proposal: Proposal): string {
  return canonicalJson(proposal.steps.map((step) => (step.kind === 'action' ? [step.action, step.expects] : step)));
}
