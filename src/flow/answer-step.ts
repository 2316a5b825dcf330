import type { RunId, SlackUserId } from '../domain/ids.ts';
import { ACTIVE_RUN_STATES } from '../domain/run.ts';
import type { Ports } from './ports.ts';
import { aboutRun, record } from './record.ts';

/** More than this is not an answer but a report. */
export const LONGEST_ANSWER = 500;

export type Answering = { kind: 'taken' } | { kind: 'refused'; sentence: string };

/** Takes a person's word that a manual step is done, with the answer that was asked for. Approvers only: the run goes on after it. */
export async function answerStep(
  ports: Ports,
  { run: id, seq, by, answer }: { run: RunId; seq: number; by: SlackUserId; answer: string },
): Promise<Answering> {
  const permission = await ports.people.mayApprove(by, { fresh: false });
  if (permission.kind === 'refused') return { kind: 'refused', sentence: 'Only an approver can say that it is done.' };
  const taken = await ports.store.transaction(async (tx): Promise<Answering> => {
    const run = await tx.run(id, { lock: true });
    if (!run || !ACTIVE_RUN_STATES.some((state) => state === run.state)) {
      return { kind: 'refused', sentence: 'This run has ended already.' };
    }
    const row = (await tx.stepsOf(id)).find((step) => step.seq === seq);
    if (row?.kind !== 'manual' || row.state !== 'started') {
      return { kind: 'refused', sentence: 'The run does not wait for this step now.' };
    }
    await tx.saveStep({ ...row, reply: answer.slice(0, LONGEST_ANSWER) });
    await record(tx, ports.clock, 'answered', aboutRun(run), by, { seq, reply: answer.slice(0, LONGEST_ANSWER) });
    await ports.face.show(tx, run.incident);
    return { kind: 'taken' };
  });
  ports.face.wake();
  return taken;
}
