import type { Bound, Expectation } from '../../domain/action.ts';
import type { PlannedCommand, Proposal, ProposalStep } from '../../domain/proposal.ts';
import { ACTIVE_RUN_STATES, type Run, type RunStep } from '../../domain/run.ts';

type ActionStep = Extract<ProposalStep, { kind: 'action' }>;

/** What a step of a run did that can be taken back, with the guard of its own. */
export interface Entry {
  /** Its place in the proposal. */
  at: number;
  step: ActionStep;
  /** Those of its commands that were applied. */
  done: readonly PlannedCommand[];
  /** The values that they set, as the servers show them: the undo would overwrite a later change of any. */
  set: readonly Expectation[];
  /** Restores what was read before, in the order to send it. */
  undo: readonly PlannedCommand[];
  /** What is sent when that stops half way. */
  otherwise: readonly PlannedCommand[];
  /** When that does no harm of its own. */
  bounds: readonly Bound[];
}

/**
 * What of a run can be taken back, last step first. Of a step that stopped half way, or whose values a later step set
 * anew, it is what restores the values that are still as the step left them; a step whose way back was sent has nothing left.
 */
export function ledgerOf(proposal: Proposal, rows: readonly RunStep[]): Entry[] {
  if (proposal.undoes !== null) return [];
  const inTheEnd = new Map(lastValues(sentBy(rows)).map((one) => [keyOf(one), one.value]));
  return proposal.steps
    .flatMap(
      (step, at) =>
        entryOf(
          step,
          at,
          rows.filter((row) => row.step === at),
          inTheEnd,
        ) ?? [],
    )
    .reverse();
}

/** Whether an Undo button makes sense: the run has ended and something that it did can be taken back. */
export function undoOffered(run: Run, proposal: Proposal, rows: readonly RunStep[]): boolean {
  return !ACTIVE_RUN_STATES.some((state) => state === run.state) && ledgerOf(proposal, rows).length > 0;
}

function entryOf(
  step: ProposalStep,
  at: number,
  rows: readonly RunStep[],
  inTheEnd: ReadonlyMap<string, string>,
): Entry | undefined {
  if (step.kind !== 'action' || typeof step.undo === 'string') return undefined;
  if (rows.some(({ kind, state }) => kind === 'rescue' && state === 'done')) return undefined;
  const commands = rows.filter(({ kind }) => kind === 'command');
  const done = sentBy(commands);
  if (done.length === 0) return undefined;
  const all = lastValues(done);
  const set = all.filter((one) => inTheEnd.get(keyOf(one)) === one.value);
  const keys = new Set(done.flatMap(keysOf));
  const isWhole = done.length === commands.length && set.length === all.length;
  const undo = isWhole ? step.undo : step.undo.filter((back) => takesBack(back, set, keys));
  const otherwise = isWhole ? (step.undoOtherwise ?? []) : [];
  return undo.length > 0 ? { at, step, done, set, undo, otherwise, bounds: step.undoWhile } : undefined;
}

/** The commands that were applied, those of ways back included. */
function sentBy(rows: readonly RunStep[]): PlannedCommand[] {
  return rows.filter(({ state }) => state === 'done' || state === 'late').flatMap(({ command }) => command ?? []);
}

/** True for a command that only touches what was set; of one whose effect cannot be seen that is not known. */
function takesBack(back: PlannedCommand, set: readonly Expectation[], keys: ReadonlySet<string>): boolean {
  const about = keysOf(back);
  return (
    back.applied.length + about.length > 0 &&
    back.applied.every((one) => set.some((value) => keyOf(value) === keyOf(one))) &&
    about.every((key) => keys.has(key))
  );
}

/** The keys that a command is about, by what is asked to see it. */
function keysOf({ node, db, signs = [] }: PlannedCommand): string[] {
  return signs.map(({ ask }) => JSON.stringify([node, db, ...ask]));
}

/** What the servers show in the end: of several commands on one value the last one counts. */
export function lastValues(commands: readonly PlannedCommand[]): Expectation[] {
  return [...new Map(commands.flatMap(({ applied }) => applied.map((value) => [keyOf(value), value]))).values()];
}

export function keyOf({ node, reading }: { node: string; reading: string }): string {
  return `${node} ${reading}`;
}
