import type { IncidentId, SlackUserId, TargetName } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import { problem } from '../domain/problem.ts';
import { openedBy, type Signal, whyOver } from '../domain/signal.ts';
import type { Sighting } from '../domain/source.ts';
import type { Target } from '../domain/target.ts';
import { openIncident } from './open-incident.ts';
import type { Ports, Tx } from './ports.ts';
import { closeIncident } from './resolve.ts';

export interface Received {
  /** New and committed. */
  stored: number;
  /** Seen before: same source, fingerprint, status and startsAt. */
  known: number;
  rejected: number;
}

/**
 * Stores the alerts of one webhook body, each in its own transaction, then wakes the diagnosis of what they opened.
 * `about` is the target that they are about, where they need not say so by their labels.
 */
export async function receive(
  ports: Ports,
  source: string,
  sightings: readonly Sighting[],
  about?: Target,
): Promise<Received> {
  const received: Received = { stored: 0, known: 0, rejected: 0 };
  const toDiagnose = new Set<IncidentId>();
  for (const sighting of sightings) {
    const outcome = sighting.kind === 'rejected' ? 'rejected' : await store(ports, sighting.signal, about, toDiagnose);
    received[outcome] += 1;
    ports.meter.count('redis_medic_alerts_total', { source, outcome });
    if (sighting.kind === 'rejected') ports.log.warn({ source, reason: sighting.reason }, 'alert rejected');
  }
  for (const incident of toDiagnose) await ports.queue.diagnose(incident);
  ports.face.wake();
  return received;
}

async function store(
  ports: Ports,
  signal: Signal,
  about: Target | undefined,
  toDiagnose: Set<IncidentId>,
): Promise<'stored' | 'known'> {
  const target = about ?? targetOf(ports.targets, signal);
  const isNew = await ports.store.transaction((tx) =>
    signal.status === 'firing'
      ? storeFiring(ports, tx, signal, target, toDiagnose)
      : storeResolved(ports, tx, signal, target),
  );
  return isNew ? 'stored' : 'known';
}

async function storeFiring(
  ports: Ports,
  tx: Tx,
  signal: Signal,
  target: Target | undefined,
  toDiagnose: Set<IncidentId>,
): Promise<boolean> {
  if (!target) {
    ports.log.warn({ alert: signal.name, labels: signal.labels }, 'alert matches no target');
    return tx.addSignal(signal, null, null, ports.clock.now());
  }
  const opening = { target, openedBy: openedBy(signal), requestedBy: null };
  const incident = await openIncident(ports, tx, opening);
  const isNew = await tx.addSignal(signal, target.name, incident.id, ports.clock.now());
  if (isNew) {
    await ports.face.show(tx, incident.id);
    toDiagnose.add(incident.id);
  }
  return isNew;
}

async function storeResolved(ports: Ports, tx: Tx, signal: Signal, target: Target | undefined): Promise<boolean> {
  const incidents = await tx.incidentsFiring(signal.source, signal.fingerprint);
  if (incidents.length === 0) return tx.addSignal(signal, target?.name ?? null, null, ports.clock.now());
  let isNew = false;
  for (const incident of incidents) {
    isNew = (await tx.addSignal(signal, incident.target, incident.id, ports.clock.now())) || isNew;
    const signals = await tx.signalsOf(incident.id);
    if (signals.every((known) => known.status === 'resolved')) {
      await closeIncident(ports, tx, incident, whyOver(signals));
    } else {
      await ports.face.show(tx, incident.id);
    }
  }
  return isNew;
}

/** The target whose alert labels the signal carries; the one with the most labels when several match. */
export function targetOf(targets: ReadonlyMap<TargetName, Target>, signal: Signal): Target | undefined {
  return [...targets.values()]
    .filter((target) => {
      const wanted = Object.entries(target.alertLabels);
      return wanted.length > 0 && wanted.every(([label, value]) => signal.labels[label] === value);
    })
    .sort((one, other) => Object.keys(other.alertLabels).length - Object.keys(one.alertLabels).length)[0];
}

/** Opens the target's thread, or joins the open one, and queues a fresh diagnosis. */
export async function openByCommand(ports: Ports, ask: { target: TargetName; by: SlackUserId }): Promise<Incident> {
  const target = ports.targets.get(ask.target);
  if (!target) throw problem('target-unknown', ask.target, [...ports.targets.keys()]);
  const incident = await ports.store.transaction(async (tx) => {
    const opening = { target, openedBy: '/redis diagnose', requestedBy: ask.by };
    const opened = await openIncident(ports, tx, opening);
    await ports.face.show(tx, opened.id);
    return opened;
  });
  await ports.queue.diagnose(incident.id);
  ports.face.wake();
  return incident;
}
