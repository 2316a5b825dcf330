import type { RunStep } from '../../domain/run.ts';
import type { Ports } from '../ports.ts';
import { aboutRun, record } from '../record.ts';
import { type Claim, ownRun } from './claim.ts';

/** Stores where a command that was sent stands, with a row of the audit trail, and shows it. */
export async function keepRow(ports: Ports, claim: Claim, row: RunStep): Promise<void> {
  await ports.store.transaction(async (tx) => {
    await ownRun(ports, tx, claim);
    await tx.saveStep(row);
    const facts = { seq: row.seq, state: row.state, reply: row.reply };
    await record(tx, ports.clock, 'answered', aboutRun(claim.run), undefined, facts);
    await ports.face.show(tx, claim.run.incident);
  });
  ports.face.wake();
}
