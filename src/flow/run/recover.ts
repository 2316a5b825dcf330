import type { PlannedCommand } from '../../domain/proposal.ts';
import type { RunStep } from '../../domain/run.ts';
import { pauseAfterCrash } from '../auto/pause-auto.ts';
import type { Ports } from '../ports.ts';
import { aboutRun, record } from '../record.ts';
import { type Claim, claimOrphan, keepLease, ownRun } from './claim.ts';
import { carryOn } from './execute.ts';
import { type Sight, seeApplied, takesEffectLater } from './see-applied.ts';

/**
 * Looks after runs whose worker died. A command that was begun is looked at, for some time where its server is not back
 * yet: applied counts as done; not applied, it is sent if that can be seen; what cannot be seen makes the run unknown, and
 * a person has to look. Whether it can go on at all is decided where it is carried on.
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
    const release = keepLease(ports, claim);
    await setStepsRight(ports, claim).finally(release);
    await carryOn(ports, claim);
  } catch (error) {
    ports.log.error({ run: claim.run.id, err: error }, 'a run could not be taken over');
  }
  ports.face.wake();
}

/** What becomes of a step that was begun, and what is told of it. */
interface Found {
  state: 'done' | 'waiting' | 'pending' | 'unknown';
  reply: string | null;
}

const AGAIN: Found = { state: 'pending', reply: null };

async function setStepsRight(ports: Ports, claim: Claim): Promise<void> {
  const rows = await ports.store.transaction((tx) => tx.stepsOf(claim.run.id));
  for (const row of rows) {
    // A person who was asked is still asked.
    if (row.state !== 'started' || row.kind === 'manual') continue;
    const found = await lookAt(ports, claim, row);
    await ports.store.transaction(async (tx) => {
      const run = await ownRun(ports, tx, claim);
      const endedAt = found.state === 'done' || found.state === 'unknown' ? ports.clock.now() : null;
      await tx.saveStep({ ...row, ...found, endedAt });
      const facts = { seq: row.seq, state: found.state, reply: found.reply ?? 'looked at after a restart' };
      await record(tx, ports.clock, 'answered', aboutRun(run), undefined, facts);
    });
  }
}

/** A wait, and what redis-medic does itself, can simply be done again. */
async function lookAt(ports: Ports, claim: Claim, row: RunStep): Promise<Found> {
  const { command } = row;
  if (!command || command.via === 'medic') return AGAIN;
  return foundBy(await seeApplied(ports, claim, row, command, 'restart'), command);
}

function foundBy(sight: Sight, command: PlannedCommand): Found {
  switch (sight.kind) {
    case 'applied':
      return command.until
        ? WAITED_FOR
        : { state: 'done', reply: 'no answer (restart), but the server shows it applied' };
    case 'not-applied':
      return takesEffectLater(command) ? WAITED_FOR : AGAIN;
    case 'unseen': {
      const reply = `we were restarted while it was sent, and the server does not show whether it was applied: ${sight.because}`;
      return { state: 'unknown', reply };
    }
  }
}

const WAITED_FOR: Found = {
  state: 'waiting',
  reply: 'no answer (restart); its effect is waited for, as it may have been sent',
};
