import type { Expectation } from '../../domain/action.ts';
import type { ProposalStep } from '../../domain/proposal.ts';
import type { RunStep } from '../../domain/run.ts';
import { nodeNamed, type Snapshot } from '../../domain/snapshot.ts';
import { drift, overstepped } from '../fingerprint.ts';
import type { Ports } from '../ports.ts';
import { aboutRun, record } from '../record.ts';
import type { Claim } from './claim.ts';
import type { Ending } from './end-run.ts';
import { look } from './look.ts';
import { type Connections, sendCommand } from './send-command.ts';
import { waitUntil } from './wait-until.ts';

type ActionStep = Extract<ProposalStep, { kind: 'action' }>;

/** Does what is left of a run, step by step; undefined when everything was done and the effect can be verified. */
export async function perform(ports: Ports, claim: Claim, connections: Connections): Promise<Ending | undefined> {
  for (const [at, step] of claim.proposal.steps.entries()) {
    const rows = await ports.store.transaction((tx) => tx.stepsOf(claim.run.id));
    const pending = rows.filter((row) => row.step === at && row.state === 'pending');
    if (pending.length === 0) continue;
    const ending =
      step.kind === 'wait'
        ? await waitUntil(ports, claim, pending[0] as RunStep, step)
        : await performAction(ports, claim, connections, { step, rows, pending });
    if (ending) return ending;
  }
  return undefined;
}

interface Work {
  step: ActionStep;
  rows: readonly RunStep[];
  pending: readonly RunStep[];
}

async function performAction(
  ports: Ports,
  claim: Claim,
  connections: Connections,
  work: Work,
): Promise<Ending | undefined> {
  const [first] = work.pending;
  // The first connection is made while we look: an approved command should not wait for it.
  const connecting = first?.command ? connections.to(first.command.node, claim.target) : undefined;
  const [snapshot] = await Promise.all([look(ports, claim), connecting]);
  const objection = await objectionOfServers(ports, claim, work, snapshot);
  if (objection) return objection;
  for (const row of work.pending) {
    const ending = await sendCommand(ports, claim, connections, row);
    if (ending) return ending;
  }
  return undefined;
}

/** Refuses when a watched value changed since the proposal, or when the action's own checks fail now. */
async function objectionOfServers(
  ports: Ports,
  claim: Claim,
  work: Work,
  snapshot: Snapshot,
): Promise<Ending | undefined> {
  const sentBefore = work.rows.some((row) => row.command !== null && row.state === 'done');
  const state = sentBefore ? 'failed' : 'refused';
  const { changed } = drift(stillExpected(work), snapshot, ports.shelves.probes);
  if (changed.length > 0) {
    const facts = changed.map(({ expectation, now }) => ({ ...expectation, now }));
    await ports.store.transaction((tx) =>
      record(tx, ports.clock, 'drifted', aboutRun(claim.run), undefined, { changed: facts }),
    );
    const told = facts.map((fact) => `${fact.reading} of ${fact.node} was ${fact.value}, is ${fact.now}`).join('; ');
    return { state, note: `the servers changed since the proposal: ${told}`, facts: { changed: facts } };
  }
  const refused =
    overstepped(work.step.onlyWhile, snapshot, ports.shelves.probes) ?? replanned(ports, claim, work, snapshot);
  return refused === undefined ? undefined : { state, note: `a check before running failed: ${refused}` };
}

/** What the proposal expects less what commands of this run have changed themselves. */
function stillExpected({ step, rows }: Work): Expectation[] {
  const ours = new Set(
    rows
      .filter((row) => row.state === 'done')
      .flatMap((row) => row.command?.applied ?? [])
      .map((applied) => `${applied.node} ${applied.reading}`),
  );
  return step.expects.filter((expected) => !ours.has(`${expected.node} ${expected.reading}`));
}

/** The reason why the action would not be planned now; an undo, and a step that was begun, are not planned again. */
function replanned(ports: Ports, claim: Claim, { step, rows, pending }: Work, snapshot: Snapshot): string | undefined {
  const begun = rows.some((row) => row.step === pending[0]?.step && row.state === 'done');
  if (claim.proposal.undoes !== null || begun) return undefined;
  const action = ports.shelves.actions.get(step.action);
  if (!action) return `there is no action ${step.action} any more`;
  const node = nodeNamed(snapshot, step.node);
  if (node?.kind !== 'read') return `${step.node} cannot be read: ${node?.detail ?? 'it is gone'}`;
  const plan = action.plan(step.args, snapshot, node);
  return 'refused' in plan ? plan.refused : undefined;
}
