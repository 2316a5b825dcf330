import type { IncidentId, SlackUserId } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import { ACTIVE_RUN_STATES } from '../domain/run.ts';
import type { Ports, Tx } from './ports.ts';
import { aboutProposal, record } from './record.ts';

/** Closes an incident unless a run of it is still at work: the end of that run closes it then. */
export async function closeIncident(
  ports: Ports,
  tx: Tx,
  incident: Incident,
  because: string,
  by?: SlackUserId,
): Promise<void> {
  const active = await tx.runs({ states: ACTIVE_RUN_STATES, incident: incident.id, limit: 1 });
  if (active.length === 0) {
    await tx.saveIncident({ ...incident, state: 'resolved', resolvedAt: ports.clock.now(), resolution: because });
    await record(tx, ports.clock, 'resolved', { target: incident.target, incident: incident.id }, by, { because });
    await supersede(ports, tx, incident.id, because);
  }
  await ports.face.show(tx, incident.id);
}

/** Takes back every open proposal of an incident, so that no stale button can start anything. */
export async function supersede(ports: Ports, tx: Tx, incident: IncidentId, because: string): Promise<void> {
  for (const proposal of await tx.proposalsOf(incident)) {
    if (proposal.state !== 'open') continue;
    await tx.saveProposal({ ...proposal, state: 'superseded', reason: because, decidedAt: ports.clock.now() });
    await record(tx, ports.clock, 'superseded', aboutProposal(proposal), undefined, { because });
  }
}

/** A person says that the incident is over. */
export async function resolveIncident(ports: Ports, ask: { incident: IncidentId; by: SlackUserId }): Promise<void> {
  await ports.store.transaction(async (tx) => {
    const incident = await tx.incident(ask.incident, { lock: true });
    if (incident?.state === 'open') await closeIncident(ports, tx, incident, 'resolved by hand', ask.by);
  });
  ports.face.wake();
}
