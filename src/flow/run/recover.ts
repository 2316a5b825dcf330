import type { RunStep } from '../../domain/run.ts';
import type { Ports } from '../ports.ts';
import { aboutRun, record } from '../record.ts';
import { type Claim, claimOrphan, ownRun } from './claim.ts';
import { endRun } from './end-run.ts';
import { carryOn } from './execute.ts';
import { seeApplied } from './send-command.ts';

/**
 * Looks after runs whose worker died. A command that was begun is looked at: applied counts as done; not applied, it
 * is sent if that can be seen; what cannot be seen makes the run unknown, and a person has to look.
 * `alone`: no other worker can be alive (one process on this store, its own worker not started), so no lease is waited
 * for. Resolves when they are claimed, with what then goes on; none of it rejects.
 */
export async function recoverRuns(ports: Ports, alone: boolean): Promise<Promise<void>[]> {
  const runs = await ports.store.transaction((tx) => tx.runs({ states: ['running', 'verifying'], limit: 100 }));
  const recovering: Promise<void>[] = [];
  for (const { id } of runs) {
    const claim = await claimOrphan(ports, id, alone);
    if (claim) recovering.push(recover(ports, claim));
  }
  return recovering;
}

async function recover(ports: Ports, claim: Claim): Promise<void> {
  ports.log.warn({ run: claim.run.id }, 'taking over a run whose worker died');
  try {
    if (await setStepsRight(ports, claim)) await carryOn(ports, claim);
  } catch (error) {
    ports.log.error({ run: claim.run.id, err: error }, 'a run could not be taken over');
  }
  ports.face.wake();
}

/** True when the run can go on. */
async function setStepsRight(ports: Ports, claim: Claim): Promise<boolean> {
  const rows = await ports.store.transaction((tx) => tx.stepsOf(claim.run.id));
  for (const row of rows) {
    if (row.state !== 'started') continue;
    const seen = await lookAt(ports, claim, row);
    await ports.store.transaction(async (tx) => {
      const run = await ownRun(ports, tx, claim);
      const reply = seen === 'done' ? 'no answer (restart), but the server shows it applied' : null;
      await tx.saveStep({ ...row, state: seen, reply, endedAt: seen === 'pending' ? null : ports.clock.now() });
      await record(tx, ports.clock, 'answered', aboutRun(run), undefined, {
        seq: row.seq,
        state: seen,
        reply: 'looked at after a restart',
      });
      if (seen !== 'unknown') return;
      const note = `${row.label}: we were restarted while it was sent, and the server does not show whether it was applied. Look before anything else is run.`;
      await endRun(ports, tx, run, { state: 'unknown', note });
    });
    if (seen === 'unknown') return false;
  }
  return inTime(ports, claim, rows);
}

async function lookAt(ports: Ports, claim: Claim, row: RunStep): Promise<'done' | 'pending' | 'unknown'> {
  if (!row.command) return 'pending';
  const seen = await seeApplied(ports, claim, row.command);
  return seen === 'applied' ? 'done' : seen === 'not-applied' ? 'pending' : 'unknown';
}

/** A run that was interrupted is carried on only while its approval still counts; later, what is left is not sent. */
async function inTime(ports: Ports, claim: Claim, rows: readonly RunStep[]): Promise<boolean> {
  if (claim.run.state === 'verifying' || ports.clock.now() < claim.run.startBefore) return true;
  const left = rows.filter((row) => row.state === 'pending').length;
  if (left === 0) return true;
  await ports.store.transaction(async (tx) => {
    const note = `we were down too long to go on: ${left} of ${rows.length} steps were not sent`;
    await endRun(ports, tx, await ownRun(ports, tx, claim), { state: 'cancelled', note });
  });
  return false;
}
