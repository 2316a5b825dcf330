import type { AuditKind } from '../../domain/audit-event.ts';
import type { Run, RunStep } from '../../domain/run.ts';
import type { Ports, Tx } from '../ports.ts';
import { aboutRun, record } from '../record.ts';

/** How a run ended, with the reason for people. */
export interface Ending {
  state: 'finished' | 'refused' | 'failed' | 'unknown' | 'cancelled';
  note: string;
  verdict?: Run['verdict'];
  facts?: Readonly<Record<string, unknown>>;
}

/** Ends a run for good, in the caller's transaction. */
export async function endRun(ports: Ports, tx: Tx, run: Run, ending: Ending): Promise<void> {
  const { state, note } = ending;
  const verdict = ending.verdict ?? null;
  await tx.saveRun({ ...run, state, note, verdict, endedAt: ports.clock.now(), leaseUntil: null });
  for (const step of await tx.stepsOf(run.id)) {
    const left = whenLeft(step);
    if (left) await tx.saveStep(left);
  }
  await record(tx, ports.clock, auditKind(ending), aboutRun(run), undefined, { note, ...ending.facts });
  ports.meter.count('redis_medic_runs_total', { state: verdict ?? state });
  await ports.face.show(tx, run.incident);
}

/** A step that will not be done any more as it is kept; undefined for one that is over. */
function whenLeft(step: RunStep): RunStep | undefined {
  if (step.state === 'pending' || (step.state === 'started' && step.kind === 'manual')) {
    return { ...step, state: 'skipped' };
  }
  if (step.state !== 'waiting') return undefined;
  return { ...step, state: 'late', reply: `${step.reply ?? ''} (its effect was not waited for)` };
}

function auditKind(ending: Ending): AuditKind {
  if (ending.state === 'finished') return ending.verdict ?? 'unknown';
  return ending.state;
}
