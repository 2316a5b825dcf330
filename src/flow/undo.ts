import type { RunId, SlackUserId } from '../domain/ids.ts';
import {
  digestOf,
  type PlannedCommand,
  type Proposal,
  type ProposalBody,
  type ProposalStep,
} from '../domain/proposal.ts';
import type { Run, RunStep } from '../domain/run.ts';
import { ACTIVE_RUN_STATES } from '../domain/run.ts';
import { policyFor } from './approval.ts';
import { drift, overstepped } from './fingerprint.ts';
import { observe } from './observe.ts';
import type { Ports } from './ports.ts';
import { aboutProposal, record } from './record.ts';

export type Undoing = { kind: 'proposed'; proposal: Proposal } | { kind: 'refused'; because: string; sentence: string };

type ActionStep = Extract<ProposalStep, { kind: 'action' }>;

/** The action steps of a run that were begun and have a way back, last first. */
function undoable(proposal: Proposal, rows: readonly RunStep[]): ActionStep[] {
  if (proposal.undoes !== null) return [];
  return proposal.steps
    .filter((step, at): step is ActionStep => {
      const begun = rows.some((row) => row.step === at && row.command !== null && row.state === 'done');
      return step.kind === 'action' && begun && typeof step.undo !== 'string' && step.undo.length > 0;
    })
    .reverse();
}

/** Whether an Undo button makes sense: the run has ended and something that it did can be taken back. */
export function undoOffered(run: Run, proposal: Proposal, rows: readonly RunStep[]): boolean {
  return !ACTIVE_RUN_STATES.some((state) => state === run.state) && undoable(proposal, rows).length > 0;
}

/**
 * Plans the way back from a run as a proposal of its own: approval, fingerprint and audit as for any other.
 * Its guard is the live state: refused when a value that the run set is not the one it set any more.
 */
export async function proposeUndo(ports: Ports, ask: { run: RunId; by: SlackUserId }): Promise<Undoing> {
  const facts = await ports.store.transaction(async (tx) => {
    const run = await tx.run(ask.run);
    const proposal = run && (await tx.proposal(run.proposal));
    return (
      run && proposal && { run, proposal, rows: await tx.stepsOf(run.id), all: await tx.proposalsOf(run.incident) }
    );
  });
  if (!facts) return refused('unknown', 'This run is not known here.');
  const { run, proposal, rows, all } = facts;
  if (!undoOffered(run, proposal, rows))
    return refused('nothing-to-undo', 'This run has nothing that can be taken back.');
  if (isProposed(run, all)) return PROPOSED_ALREADY;
  const target = ports.targets.get(run.target);
  if (!target) return refused('target-unknown', `${run.target} is not in medic.yml any more.`);
  const { servers, clock, shelves } = ports;
  const snapshot = await observe({ servers, clock, probes: shelves.probes }, target, { seconds: 0 });
  const steps = undoable(proposal, rows);
  const changed = drift(steps.flatMap(setBy), snapshot, shelves.probes).changed[0];
  if (changed) {
    const { reading, node, value } = changed.expectation;
    return refused(
      'changed',
      `${reading} of ${node} is ${changed.now} now, not the ${value} that the run set: undoing would overwrite a later change.`,
    );
  }
  const harm = overstepped(
    steps.flatMap((step) => step.undoWhile),
    snapshot,
    shelves.probes,
  );
  if (harm) return refused('harmful', `Undoing would do harm now: ${harm}.`);
  const kept = await keep(ports, run, undoOf(ports, run, proposal, steps, ask.by));
  return kept ? { kind: 'proposed', proposal: kept } : PROPOSED_ALREADY;
}

const PROPOSED_ALREADY = refused('proposed-already', 'The undo of this run is proposed already; see the thread.');

function isProposed(run: Run, proposals: readonly Proposal[]): boolean {
  return proposals.some(({ undoes, state }) => undoes === run.id && (state === 'open' || state === 'approved'));
}

/** Undefined when another click proposed it while we looked at the servers. */
async function keep(ports: Ports, run: Run, body: ProposalBody): Promise<Proposal | undefined> {
  const proposal: Proposal = { ...body, digest: digestOf(body), state: 'open', reason: null, decidedAt: null };
  const isNew = await ports.store.transaction(async (tx) => {
    if (isProposed(run, await tx.proposalsOf(run.incident))) return false;
    await tx.addProposal(proposal);
    const { playbook, digest, risk, steps, undoes } = proposal;
    await record(tx, ports.clock, 'proposed', aboutProposal(proposal), proposal.requestedBy ?? undefined, {
      playbook,
      digest,
      risk,
      steps,
      undoes,
    });
    await ports.face.show(tx, proposal.incident);
    return true;
  });
  ports.face.wake();
  return isNew ? proposal : undefined;
}

function undoOf(
  ports: Ports,
  run: Run,
  proposal: Proposal,
  steps: readonly ActionStep[],
  by: SlackUserId,
): ProposalBody {
  const now = ports.clock.now();
  const { id: _id, digest: _digest, state: _state, reason: _reason, decidedAt: _decidedAt, ...body } = proposal;
  return {
    ...body,
    id: ports.ids.proposal(),
    undoes: run.id,
    title: `Undo: ${proposal.title}`,
    summary: `Restores the values from before ${run.id}.`,
    steps: steps.map(backwards),
    settled: { withinSeconds: 5, clear: [], hold: [] },
    requestedBy: by,
    proposedAt: now,
    expiresAt: now + policyFor(proposal.risk).ttlMs,
  };
}

/** The step that takes another back: its undo is to do it again. */
function backwards(step: ActionStep): ActionStep {
  const commands = step.undo as PlannedCommand[];
  const changes = new Set(setBy(step).map(({ node, reading }) => `${node} ${reading}`));
  const kept = step.expects.filter(({ node, reading }) => !changes.has(`${node} ${reading}`));
  return {
    ...step,
    commands,
    undo: step.commands,
    undoWhile: [],
    onlyWhile: step.undoWhile,
    impact: ['Puts back the values that were read before the run.'],
    expects: [...kept, ...setBy(step)],
  };
}

/** The values that a step set, as the servers show them. */
function setBy(step: ActionStep): PlannedCommand['applied'] {
  return step.commands.flatMap((command) => command.applied);
}

function refused(because: string, sentence: string): Undoing {
  return { kind: 'refused', because, sentence };
}
