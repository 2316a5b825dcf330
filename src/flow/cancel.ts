import type { RunId, SlackUserId } from '../domain/ids.ts';
import { ACTIVE_RUN_STATES } from '../domain/run.ts';
import type { Ports } from './ports.ts';
import { aboutRun, record } from './record.ts';

export type Cancelling = { kind: 'requested' } | { kind: 'refused'; sentence: string };

/** Asks a run to stop before its next command. What was sent stays sent; anybody who may approve may cancel. */
export async function cancelRun(ports: Ports, ask: { run: RunId; by: SlackUserId }): Promise<Cancelling> {
  const permission = await ports.people.mayApprove(ask.by, { fresh: false });
  if (permission.kind === 'refused') return { kind: 'refused', sentence: 'Only an approver can cancel a run.' };
  const answer = await ports.store.transaction(async (tx): Promise<Cancelling> => {
    const run = await tx.run(ask.run, { lock: true });
    if (!run || !ACTIVE_RUN_STATES.some((state) => state === run.state)) {
      return { kind: 'refused', sentence: 'This run has ended already.' };
    }
    await tx.saveRun({ ...run, cancelRequested: true });
    await record(tx, ports.clock, 'cancelled', aboutRun(run), ask.by, { requested: true });
    await ports.face.show(tx, run.incident);
    return { kind: 'requested' };
  });
  ports.face.wake();
  return answer;
}
