import { withAnswersFor } from '../answer-questions.ts';
import { closeWhenDone } from '../close-when-done.ts';
import { keepReport } from '../keep-report.ts';
import type { Ports } from '../ports.ts';
import { aboutRun, record } from '../record.ts';
import { type Claim, ownRun } from './claim.ts';
import { effectsOf } from './effects.ts';
import { endRun } from './end-run.ts';
import type { Verification } from './verify.ts';

/** Stores the verdict, the state after, the next proposals and, when all is well, the end of the incident. */
export async function conclude(ports: Ports, claim: Claim, verification: Verification): Promise<void> {
  const { verdict, note } = verification;
  const { report } = verification.last;
  const last = { report, snapshot: await withAnswersFor(ports, verification.last.snapshot, report.findings) };
  await ports.store.transaction(async (tx) => {
    const run = await ownRun(ports, tx, claim);
    const findings = last.report.findings.map(({ id, node, severity }) => ({ id, node, severity }));
    const effects = effectsOf(ports, claim.proposal, await tx.stepsOf(run.id), last.snapshot);
    await record(tx, ports.clock, 'after', aboutRun(run), undefined, {
      verdict: last.report.verdict,
      findings,
      values: effects,
    });
    await endRun(ports, tx, { ...run, effects }, { state: 'finished', verdict, note });
    const incident = await tx.incident(run.incident, { lock: true });
    if (incident?.state === 'open') {
      await keepReport(ports, tx, incident, last, incident.requestedBy);
      const current = { ...incident, report: last.report, trouble: null };
      await closeWhenDone(ports, tx, current, last.report, verdict === 'verified');
    } else if (incident) {
      await tx.saveIncident({ ...incident, report: last.report });
    }
    await ports.face.show(tx, run.incident);
  });
}
