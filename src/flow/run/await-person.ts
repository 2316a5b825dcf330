import type { ProposalStep } from '../../domain/proposal.ts';
import type { RunStep } from '../../domain/run.ts';
import type { Ports } from '../ports.ts';
import type { Claim } from './claim.ts';
import type { Ending } from './end-run.ts';
import { type Heed, heeding } from './heed.ts';
import { mark } from './mark.ts';
import { notShown } from './not-shown.ts';

type ManualStep = Extract<ProposalStep, { kind: 'manual' }>;
type StartedRow = RunStep & { startedAt: number };

/** Time between two looks, in ms. */
const EVERY_MS = 1000;

/** Waits until a person has said that a manual step is done and, where it has a guard, until the servers show it. */
export async function awaitPerson(
  ports: Ports,
  claim: Claim,
  row: RunStep,
  step: ManualStep,
): Promise<Ending | undefined> {
  const started: StartedRow = { ...row, startedAt: row.startedAt ?? ports.clock.now(), state: 'started' };
  const objection = await mark(ports, claim, started);
  return objection ?? heeding(ports, claim, ({ rest }) => listen(ports, claim, started, step, rest));
}

async function listen(
  ports: Ports,
  claim: Claim,
  row: StartedRow,
  step: ManualStep,
  rest: Heed['rest'],
): Promise<Ending | undefined> {
  let seen: string | undefined = 'nobody has said that it is done';
  while (ports.clock.now() - row.startedAt < step.timeoutSeconds * 1000) {
    const rows = await ports.store.transaction((tx) => tx.stepsOf(claim.run.id));
    const reply = rows.find(({ seq }) => seq === row.seq)?.reply ?? null;
    if (reply !== null) {
      seen = step.until === null ? undefined : await notShown(ports, claim, step.node, step.until);
      if (seen === undefined) return mark(ports, claim, { ...row, reply, state: 'done', endedAt: ports.clock.now() });
    }
    const because = await rest(EVERY_MS);
    if (because !== undefined) return { state: 'cancelled', note: because };
  }
  const note = `the step for a person was not done within ${step.timeoutSeconds} s: ${seen}`;
  await mark(ports, claim, { ...row, state: 'failed', reply: note, endedAt: ports.clock.now() });
  return { state: 'failed', note };
}
