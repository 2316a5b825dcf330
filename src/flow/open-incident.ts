import type { SlackUserId } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import type { Target } from '../domain/target.ts';
import type { Ports, Tx } from './ports.ts';
import { record } from './record.ts';

export interface Opening {
  target: Target;
  /** For people: `alert RedisOutOfMemory`, `/redis diagnose`. */
  openedBy: string;
  requestedBy: SlackUserId | null;
}

/** The open incident of the target, or a new one; a target has one open incident at a time. */
export async function openIncident(ports: Ports, tx: Tx, opening: Opening): Promise<Incident> {
  const { target } = opening;
  const open = await tx.openIncidentOf(target.name, { lock: true });
  if (open) return open;
  const incident: Incident = {
    id: ports.ids.incident(),
    target: target.name,
    channel: target.channel ?? ports.defaultChannel,
    state: 'open',
    openedBy: opening.openedBy,
    requestedBy: opening.requestedBy,
    openedAt: ports.clock.now(),
    resolvedAt: null,
    resolution: null,
    report: null,
    trouble: null,
  };
  if (!(await tx.addIncident(incident))) {
    const winner = await tx.openIncidentOf(target.name, { lock: true });
    if (winner) return winner;
    throw new Error(`the open incident of ${target.name} ended while another was opened`);
  }
  const about = { target: target.name, incident: incident.id };
  await record(tx, ports.clock, 'opened', about, opening.requestedBy ?? undefined, { by: opening.openedBy });
  return incident;
}
