import type { RunStep } from '../../domain/run.ts';
import type { Ports } from '../ports.ts';
import { type Claim, objectionNow } from './claim.ts';
import type { Ending } from './end-run.ts';

/** Stores where a step that sends nothing stands, unless the run must stop. */
export async function mark(ports: Ports, claim: Claim, row: RunStep): Promise<Ending | undefined> {
  const ending = await ports.store.transaction(async (tx): Promise<Ending | undefined> => {
    const objection = await objectionNow(ports, tx, claim);
    if (objection) return { state: 'cancelled', note: objection };
    await tx.saveStep(row);
    await ports.face.show(tx, claim.run.incident);
    return undefined;
  });
  ports.face.wake();
  return ending;
}
