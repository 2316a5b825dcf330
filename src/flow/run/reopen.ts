import type { Incident } from '../../domain/incident.ts';
import type { Run } from '../../domain/run.ts';
import type { Ports, Tx } from '../ports.ts';
import { record } from '../record.ts';

/** Opens the incident of a run again that was resolved before the run turned out not to have helped; unless there is a newer one. */
export async function reopen(ports: Ports, tx: Tx, run: Run): Promise<Incident | undefined> {
  const incident = await tx.incident(run.incident, { lock: true });
  if (incident?.state !== 'resolved' || (await tx.openIncidentOf(run.target))) return incident;
  const open: Incident = { ...incident, state: 'open', resolvedAt: null, resolution: null };
  await tx.saveIncident(open);
  const about = { target: incident.target, incident: incident.id, run: run.id };
  await record(tx, ports.clock, 'opened', about, undefined, { again: 'the run did not help' });
  return open;
}
