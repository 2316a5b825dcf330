import type { IncidentId, SlackUserId } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import { ACTIVE_RUN_STATES } from '../domain/run.ts';
import type { Ports, Tx } from './ports.ts';
import { record } from './record.ts';
import { supersede } from './supersede.ts';

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
    await supersedeAll(ports, tx, incident.id, because);
  }
  await ports.face.show(tx, incident.id);
}

/**
 * Opens a resolved incident again, as a run, which can only be an undo by then, left something wrong. False where alerts
 * had opened it, which would fire again, and where the target has another open incident.
 */
export async function reopenIncident(ports: Ports, id: IncidentId, because: string): Promise<boolean> {
  return ports.store.transaction(async (tx) => {
    const incident = await tx.incident(id, { lock: true });
    if (incident?.state !== 'resolved' || (await tx.signalsOf(id)).length > 0) return false;
    if (await tx.openIncidentOf(incident.target, { lock: true })) return false;
    await tx.saveIncident({ ...incident, state: 'open', resolvedAt: null, resolution: null });
    await record(tx, ports.clock, 'opened', { target: incident.target, incident: id }, undefined, { by: because });
    await ports.face.show(tx, id);
    return true;
  });
}

/** Takes back every open proposal of an incident, so that no stale button can start anything. */
async function supersedeAll(ports: Ports, tx: Tx, incident: IncidentId, because: string): Promise<void> {
  for (const proposal of await tx.proposalsOf(incident)) {
    if (proposal.state === 'open') await supersede(ports, tx, proposal, because);
  }
}

export type Resolving = { kind: 'resolved' } | { kind: 'refused'; sentence: string };

/** A person says that the incident is over. That takes back its open plans, so it is for approvers and for who asked. */
export async function resolveIncident(
  ports: Ports,
  ask: { incident: IncidentId; by: SlackUserId },
): Promise<Resolving> {
  const permission = await ports.people.mayApprove(ask.by, { fresh: false });
  const answer = await ports.store.transaction(async (tx): Promise<Resolving> => {
    const incident = await tx.incident(ask.incident, { lock: true });
    if (permission.kind === 'refused' && incident?.requestedBy !== ask.by) {
      return { kind: 'refused', sentence: 'Only an approver, or who asked for the diagnosis, can resolve it.' };
    }
    if (incident?.state === 'open') await closeIncident(ports, tx, incident, 'resolved by hand', ask.by);
    return { kind: 'resolved' };
  });
  ports.face.wake();
  return answer;
}
