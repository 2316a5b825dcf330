import type { IncidentId } from '../domain/ids.ts';
import { withAnswersFor } from './answer-questions.ts';
import { closeWhenDone } from './close-when-done.ts';
import { diagnose } from './diagnose.ts';
import { forgetRefused } from './forget-refused.ts';
import { keepReport } from './keep-report.ts';
import { pastOf } from './past.ts';
import type { Ports } from './ports.ts';

/** Diagnoses the target of an open incident and shows the result in its thread. */
export async function diagnoseIncident(ports: Ports, id: IncidentId): Promise<void> {
  const incident = await ports.store.transaction((tx) => tx.incident(id));
  const target = incident && ports.targets.get(incident.target);
  if (incident?.state !== 'open') return;
  if (!target) return trouble(ports, id, `${incident.target} is not in medic.yml any more`);
  try {
    const past = await pastOf(ports.store, target);
    const { snapshot, report } = await diagnose(ports, target, { seconds: ports.windowSeconds, past });
    await forgetRefused(ports.store, target, report);
    ports.meter.count('redis_medic_diagnoses_total', { verdict: report.verdict });
    ports.meter.observe('redis_medic_diagnosis_seconds', report.tookMs / 1000);
    const diagnosis = { report, snapshot: await withAnswersFor(ports, snapshot, report.findings) };
    await ports.store.transaction(async (tx) => {
      const current = await tx.incident(id, { lock: true });
      if (current?.state !== 'open') return;
      await keepReport(ports, tx, current, diagnosis, current.requestedBy);
      await closeWhenDone(ports, tx, { ...current, report, trouble: null }, report, false);
      await ports.face.show(tx, id);
    });
    ports.face.wake();
  } catch (error) {
    ports.log.error({ incident: id, err: error }, 'diagnosis failed');
    await trouble(ports, id, `Something broke on our side while diagnosing (${id}); the log has the details.`);
  }
}

async function trouble(ports: Ports, id: IncidentId, what: string): Promise<void> {
  await ports.store.transaction(async (tx) => {
    const incident = await tx.incident(id, { lock: true });
    if (!incident) return;
    await tx.saveIncident({ ...incident, trouble: what });
    await ports.face.show(tx, id);
  });
  ports.face.wake();
}
