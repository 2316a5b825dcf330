import type { Incident } from '../../domain/incident.ts';
import type { Report } from '../../domain/report.ts';
import { keepReport } from '../keep-report.ts';
import type { Ports, Tx } from '../ports.ts';
import { aboutRun, record } from '../record.ts';
import { closeIncident } from '../resolve.ts';
import { type Claim, ownRun } from './claim.ts';
import { endRun } from './end-run.ts';
import type { Verification } from './verify.ts';

/** Stores the verdict, the state after, the next proposals and, when all is well, the end of the incident. */
export async function conclude(ports: Ports, claim: Claim, verification: Verification): Promise<void> {
  const { verdict, note, last } = verification;
  await ports.store.transaction(async (tx) => {
    const run = await ownRun(ports, tx, claim);
    const findings = last.report.findings.map(({ id, node, severity }) => ({ id, node, severity }));
    await record(tx, ports.clock, 'after', aboutRun(run), undefined, { verdict: last.report.verdict, findings });
    await endRun(ports, tx, run, { state: 'finished', verdict, note });
    const incident = await tx.incident(run.incident, { lock: true });
    if (incident?.state === 'open') {
      await keepReport(ports, tx, incident, last, incident.requestedBy);
      await closeWhenDone(ports, tx, { ...incident, report: last.report, trouble: null }, last.report);
    }
    await ports.face.show(tx, run.incident);
  });
}

async function closeWhenDone(ports: Ports, tx: Tx, incident: Incident, report: Report): Promise<void> {
  const signals = await tx.signalsOf(incident.id);
  const quiet = signals.length > 0 && signals.every((signal) => signal.status === 'resolved');
  if (report.verdict === 'healthy')
    await closeIncident(ports, tx, incident, 'the repair was verified and nothing else is wrong');
  else if (quiet) await closeIncident(ports, tx, incident, 'the alert resolved');
}
