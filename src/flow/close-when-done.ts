import type { IncidentId } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import type { Report } from '../domain/report.ts';
import { whyOver } from '../domain/signal.ts';
import type { Ports, Tx } from './ports.ts';
import { closeIncident } from './resolve.ts';

/**
 * Closes an incident that a fresh diagnosis leaves without a reason to stay open: the servers are healthy and no alert
 * fires, or all its alerts have resolved. After a verified repair a healthy diagnosis is enough: the alert follows.
 * Where the last run stopped half way, healthy servers are not: a person looks first.
 */
export async function closeWhenDone(
  ports: Ports,
  tx: Tx,
  incident: Incident,
  report: Report,
  repaired: boolean,
): Promise<void> {
  // A person asked for a plan and others have not decided yet: its thread stays.
  if ((await tx.proposalsOf(incident.id)).some(({ state, byHand }) => state === 'open' && byHand)) return;
  const signals = await tx.signalsOf(incident.id);
  const firing = signals.some((signal) => signal.status === 'firing');
  if (report.verdict === 'healthy' && (repaired || !firing)) {
    if (await stoppedHalfWay(tx, incident.id)) return;
    await closeIncident(
      ports,
      tx,
      incident,
      repaired ? 'the repair was verified and nothing else is wrong' : 'nothing is wrong',
    );
  } else if (signals.length > 0 && !firing) {
    await closeIncident(ports, tx, incident, whyOver(signals));
  }
}

async function stoppedHalfWay(tx: Tx, incident: IncidentId): Promise<boolean> {
  const [last] = await tx.runs({ incident, limit: 1 });
  if (last?.state === 'unknown') return true;
  return last?.state === 'failed' && (await tx.stepsOf(last.id)).some(({ state }) => state === 'done');
}
