import type { PlannedCommand } from '../../domain/proposal.ts';
import type { RunStep } from '../../domain/run.ts';
import { pauseAfterCrash } from '../auto/pause-auto.ts';
import type { Ports } from '../ports.ts';
import { aboutRun, record } from '../record.ts';
import { keyOf } from '../undo/ledger.ts';
import { type Claim, claimOrphan, ownRun } from './claim.ts';
import { carryOn } from './execute.ts';
import { seeApplied } from './send-command.ts';

/**
 * Looks after runs whose worker died. A command that was begun is looked at: applied counts as done; not applied, it
 * is sent if that can be seen; what cannot be seen makes the run unknown, and a person has to look. Whether it can go on
 * at all is decided where it is carried on.
 * `alone`: no other worker can be alive (one process on this store, its own worker not started), so no lease is waited
 * for. Resolves when they are claimed, with what then goes on; none of it rejects.
 */
export async function recoverRuns(ports: Ports, alone: boolean): Promise<Promise<void>[]> {
  const runs = await ports.store.transaction((tx) => tx.runs({ states: ['running', 'verifying'], limit: 100 }));
  const recovering: Promise<void>[] = [];
  for (const { id } of runs) {
    const claim = await claimOrphan(ports, id, alone);
    if (!claim) continue;
    await pauseAfterCrash(ports, claim.run);
    recovering.push(recover(ports, claim));
  }
  return recovering;
}

async function recover(ports: Ports, claim: Claim): Promise<void> {
  ports.log.warn({ run: claim.run.id }, 'taking over a run whose worker died');
  try {
    await setStepsRight(ports, claim);
    await carryOn(ports, claim);
  } catch (error) {
    ports.log.error({ run: claim.run.id, err: error }, 'a run could not be taken over');
  }
  ports.face.wake();
}

type Seen = 'done' | 'waiting' | 'pending' | 'unknown';

const TOLD: Readonly<Record<Seen, string | null>> = {
  done: 'no answer (restart), but the server shows it applied',
  waiting: 'no answer (restart); its effect is waited for, as it may have been sent',
  pending: null,
  unknown: 'we were restarted while it was sent, and the server does not show whether it was applied',
};

async function setStepsRight(ports: Ports, claim: Claim): Promise<void> {
  const rows = await ports.store.transaction((tx) => tx.stepsOf(claim.run.id));
  for (const row of rows) {
    // A person who was asked is still asked.
    if (row.state !== 'started' || row.kind === 'manual') continue;
    const seen = await lookAt(ports, claim, row);
    await ports.store.transaction(async (tx) => {
      const run = await ownRun(ports, tx, claim);
      const endedAt = seen === 'done' || seen === 'unknown' ? ports.clock.now() : null;
      await tx.saveStep({ ...row, state: seen, reply: TOLD[seen], endedAt });
      const facts = { seq: row.seq, state: seen, reply: 'looked at after a restart' };
      await record(tx, ports.clock, 'answered', aboutRun(run), undefined, facts);
    });
  }
}

/** What became of a step that was begun. A wait, and what redis-medic does itself, can simply be done again. */
async function lookAt(ports: Ports, claim: Claim, { command }: RunStep): Promise<Seen> {
  if (!command || command.via === 'medic') return 'pending';
  const seen = await seeApplied(ports, claim, command);
  if (seen === 'unseen') return 'unknown';
  if (seen === 'applied') return command.until ? 'waiting' : 'done';
  return takesEffectLater(command) ? 'waiting' : 'pending';
}

/** What it sets comes some time after its answer, as the roles after FAILOVER: not to see it says nothing yet. */
function takesEffectLater({ applied, until }: PlannedCommand): boolean {
  const later = new Set((until?.shows ?? []).map(keyOf));
  return applied.some((value) => later.has(keyOf(value)));
}
