import type { RunStep } from '../../domain/run.ts';
import type { Ports } from '../ports.ts';
import { aboutRun, record } from '../record.ts';
import { type Claim, objectionNow } from './claim.ts';
import type { Ending } from './end-run.ts';

/** Tells people something in the thread: the step itself is what is shown. */
export async function notify(ports: Ports, claim: Claim, row: RunStep): Promise<Ending | undefined> {
  const at = ports.clock.now();
  const ending = await ports.store.transaction(async (tx): Promise<Ending | undefined> => {
    const objection = await objectionNow(ports, tx, claim);
    if (objection) return { state: 'cancelled', note: objection };
    await tx.saveStep({ ...row, state: 'done', startedAt: at, endedAt: at });
    await record(tx, ports.clock, 'notified', aboutRun(claim.run), undefined, { seq: row.seq, text: row.label });
    await ports.face.show(tx, claim.run.incident);
    return undefined;
  });
  ports.face.wake();
  return ending;
}
