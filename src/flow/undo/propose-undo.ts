import type { RunId, SlackUserId } from '../../domain/ids.ts';
import { digestOf, type Proposal, type ProposalBody, type ProposalStep } from '../../domain/proposal.ts';
import { ACTIVE_RUN_STATES, type Run, type RunStep } from '../../domain/run.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { Target } from '../../domain/target.ts';
import { policyFor } from '../approval.ts';
import { drift, overstepped } from '../fingerprint.ts';
import { lookingAt, neededByStep } from '../host-needs.ts';
import { observe } from '../observe.ts';
import type { Ports, Tx } from '../ports.ts';
import { aboutProposal, record } from '../record.ts';
import { type Entry, keyOf, ledgerOf, undoOffered } from './ledger.ts';

export type Undoing = { kind: 'proposed'; proposal: Proposal } | { kind: 'refused'; because: string; sentence: string };

type ActionStep = Extract<ProposalStep, { kind: 'action' }>;

/**
 * Plans the way back from a run as a proposal of its own: approval, fingerprint and audit as for any other. Each step of
 * the run has a guard, which is the live state: one whose value is not the one that the run set any more, or whose undo
 * would do harm now, is left out and named; when none is left the undo is refused.
 */
export async function proposeUndo(ports: Ports, ask: { run: RunId; by: SlackUserId }): Promise<Undoing> {
  const facts = await ports.store.transaction(async (tx) => {
    const run = await tx.run(ask.run);
    const proposal = run && (await tx.proposal(run.proposal));
    return run && proposal && { run, proposal, rows: await tx.stepsOf(run.id), already: await another(tx, run) };
  });
  if (!facts) return refused('unknown', 'This run is not known here.');
  const { run, proposal, rows, already } = facts;
  if (!undoOffered(run, proposal, rows))
    return refused('nothing-to-undo', 'This run has nothing that can be taken back.');
  if (already) return already;
  const target = ports.targets.get(run.target);
  if (!target) return refused('target-unknown', `${run.target} is not in medic.yml any more.`);
  const weighed = await weighEntries(ports, target, { proposal, rows });
  const entries = weighed.filter(({ objection }) => objection === undefined).map(({ entry }) => entry);
  const objections = weighed.flatMap(({ objection }) => objection ?? []);
  if (entries.length === 0) return objections[0] ?? refused('nothing-to-undo', 'Nothing of it can be taken back now.');
  const left = objections.map(({ sentence }) => sentence);
  return keep(ports, run, undoOf(ports, { run, proposal, entries, left, by: ask.by }));
}

/** The ledger of a run, with what the servers show against taking back each of its entries. */
export async function weighEntries(
  ports: Ports,
  target: Target,
  { proposal, rows }: { proposal: Proposal; rows: readonly RunStep[] },
): Promise<{ entry: Entry; objection: RefusedUndo | undefined }[]> {
  const snapshot = await lookForUndo(ports, target, proposal);
  return ledgerOf(proposal, rows).map((entry) => ({ entry, objection: objectionTo(ports, entry, snapshot) }));
}

function lookForUndo(
  { servers, hosts, clock, shelves, ledger }: Ports,
  target: Target,
  { steps }: Proposal,
): Promise<Snapshot> {
  const needs = new Set(steps.flatMap((step) => [...neededByStep(step, shelves)]));
  const deps = {
    servers,
    clock,
    probes: shelves.probes,
    ...lookingAt(hosts, target, needs),
    ...(ledger && { ledger }),
  };
  return observe(deps, target, { seconds: 0 });
}

const PROPOSED_ALREADY = refused('proposed-already', 'The undo of this run is proposed already; see the thread.');

type RefusedUndo = Extract<Undoing, { kind: 'refused' }>;

/** Why a step must not be taken back now; undefined when it may. */
function objectionTo({ shelves }: Ports, { set, bounds }: Entry, snapshot: Snapshot): RefusedUndo | undefined {
  const [changed] = drift(set, snapshot, shelves.probes).changed;
  if (changed) {
    const { reading, node, value } = changed.expectation;
    return refused(
      'changed',
      `${reading} of ${node} is ${changed.now} now, not the ${value} that the run set: undoing would overwrite a later change.`,
    );
  }
  const harm = overstepped(bounds, snapshot, shelves.probes);
  return harm === undefined ? undefined : refused('harmful', `Undoing would do harm now: ${harm}.`);
}

/** The undo that waits for people, is at work, or has worked; one that failed may be asked for again. */
async function another(tx: Tx, run: Run): Promise<RefusedUndo | undefined> {
  for (const { id, undoes, state } of await tx.proposalsOf(run.incident)) {
    if (undoes !== run.id) continue;
    if (state === 'open') return PROPOSED_ALREADY;
    const undoing = state === 'approved' ? await tx.runOf(id) : undefined;
    if (undoing?.state === 'finished') return refused('undone-already', `This run was undone by ${undoing.id}.`);
    if (undoing && ACTIVE_RUN_STATES.some((active) => active === undoing.state)) return PROPOSED_ALREADY;
  }
  return undefined;
}

/** Refused when another click proposed it while we looked at the servers. */
async function keep(ports: Ports, run: Run, body: ProposalBody): Promise<Undoing> {
  const proposal: Proposal = { ...body, digest: digestOf(body), state: 'open', reason: null, decidedAt: null };
  const already = await ports.store.transaction(async (tx) => {
    const first = await another(tx, run);
    if (first) return first;
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
    return undefined;
  });
  ports.face.wake();
  return already ?? { kind: 'proposed', proposal };
}

interface Back {
  run: Run;
  proposal: Proposal;
  entries: readonly Entry[];
  /** Why other steps are left as they are. */
  left: readonly string[];
  by: SlackUserId;
}

function undoOf(ports: Ports, { run, proposal, entries, left, by }: Back): ProposalBody {
  const now = ports.clock.now();
  const { id: _id, digest: _digest, state: _state, reason: _reason, decidedAt: _decidedAt, ...planned } = proposal;
  const { parameters: _chosen, ...body } = planned;
  const rest = left.length === 0 ? '' : ` Not all of it: ${left.join(' ')}`;
  return {
    ...body,
    id: ports.ids.proposal(),
    undoes: run.id,
    title: `Undo: ${proposal.title}`,
    summary: `Restores the values from before ${run.id}.${rest}`,
    steps: entries.map((entry) => backwards(entry, run)),
    settled: { withinSeconds: 5, clear: [], hold: [] },
    requestedBy: by,
    proposedAt: now,
    expiresAt: now + policyFor(proposal.risk).ttlMs,
  };
}

/** The step that takes another back: its undo is to do it again. What it watches must be as the run left it. */
function backwards({ step, done, set, undo, otherwise, bounds }: Entry, { effects }: Run): ActionStep {
  const { otherwise: _ofTheRun, undoOtherwise: _ofItsUndo, remind: _reminder, ...kept } = step;
  const changed = new Set(set.map(keyOf));
  const left = new Map(effects?.map((effect) => [keyOf(effect), effect.after]));
  const watched = step.expects.filter((expected) => !changed.has(keyOf(expected)));
  return {
    ...kept,
    commands: [...undo],
    ...(otherwise.length > 0 && { otherwise: [...otherwise] }),
    undo: [...done],
    undoWhile: [],
    onlyWhile: [...bounds],
    impact: ['Puts back the values that were read before the run.'],
    expects: [...watched.map((one) => ({ ...one, value: left.get(keyOf(one)) ?? one.value })), ...set],
  };
}

function refused(because: string, sentence: string): RefusedUndo {
  return { kind: 'refused', because, sentence };
}
