import type { ProposalStep } from '../../domain/proposal.ts';
import type { RunStep } from '../../domain/run.ts';
import type { Ports } from '../ports.ts';
import type { Claim } from './claim.ts';
import type { Ending } from './end-run.ts';
import { type Heed, heeding } from './heed.ts';
import { mark } from './mark.ts';
import { notShown } from './not-shown.ts';

type WaitStep = Extract<ProposalStep, { kind: 'wait' }>;
type StartedRow = RunStep & { startedAt: number };

/** Time between two looks, in ms. */
const EVERY_MS = 1000;

/** Watches a node until the guard of a wait step holds; an ending when it does not in time or the run is stopped. */
export async function waitUntil(ports: Ports, claim: Claim, row: RunStep, step: WaitStep): Promise<Ending | undefined> {
  if (!ports.shelves.playbooks.get(claim.proposal.playbook)?.waits.has(step.until))
    return { state: 'failed', note: `the playbook ${claim.proposal.playbook} no longer waits for ${step.until}` };
  const started: StartedRow = { ...row, startedAt: ports.clock.now(), state: 'started' };
  const objection = await mark(ports, claim, started);
  return objection ?? heeding(ports, claim, ({ rest }) => watch(ports, claim, started, step, rest));
}

async function watch(
  ports: Ports,
  claim: Claim,
  row: StartedRow,
  step: WaitStep,
  rest: Heed['rest'],
): Promise<Ending | undefined> {
  let seen: string | undefined = 'it was not looked at';
  while (ports.clock.now() - row.startedAt < step.timeoutSeconds * 1000) {
    seen = await notShown(ports, claim, step.node, step.until);
    if (seen === undefined) return mark(ports, claim, { ...row, state: 'done', endedAt: ports.clock.now() });
    const because = await rest(EVERY_MS);
    if (because !== undefined) return { state: 'cancelled', note: because };
  }
  const note = `${step.until} did not become true within ${step.timeoutSeconds} s: ${seen}`;
  await mark(ports, claim, { ...row, state: 'failed', reply: note, endedAt: ports.clock.now() });
  return { state: 'failed', note };
}
