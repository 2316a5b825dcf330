import type { Expectation } from '../../domain/action.ts';
import type { ProposalStep } from '../../domain/proposal.ts';
import type { RunStep } from '../../domain/run.ts';
import { nodeNamed, type Snapshot } from '../../domain/snapshot.ts';
import { withAnswers } from '../answer-questions.ts';
import { drift, overstepped } from '../fingerprint.ts';
import { neededByStep } from '../host-needs.ts';
import type { Ports } from '../ports.ts';
import { aboutRun, record } from '../record.ts';
import { awaitPerson } from './await-person.ts';
import { type Claim, RunLost } from './claim.ts';
import type { Ending } from './end-run.ts';
import { look } from './look.ts';
import { notify } from './notify.ts';
import { rescue } from './rescue.ts';
import { type Means, sendCommand } from './send-command.ts';
import { waitUntil } from './wait-until.ts';
import { whereItStopped } from './where-it-stopped.ts';

type ActionStep = Extract<ProposalStep, { kind: 'action' }>;

/** Does what is left of a run, step by step; undefined when everything was done and the effect can be verified. */
export async function perform(ports: Ports, claim: Claim, means: Means): Promise<Ending | undefined> {
  const stopped = await stoppedBefore(ports, claim, means);
  if (stopped) return stopped;
  for (const [at, step] of claim.proposal.steps.entries()) {
    const rows = await ports.store.transaction((tx) => tx.stepsOf(claim.run.id));
    const pending = rows.filter((row) => row.step === at && row.kind !== 'rescue' && isLeft(row));
    const [first] = pending;
    if (!first) continue;
    const ending = await performStep(ports, claim, means, { step, at, rows, pending, first });
    if (ending) return ending;
  }
  return undefined;
}

/** A run that stopped half way before we took it over: nothing more is sent but the way back. */
async function stoppedBefore(ports: Ports, claim: Claim, means: Means): Promise<Ending | undefined> {
  const rows = await ports.store.transaction((tx) => tx.stepsOf(claim.run.id));
  const stop = whereItStopped(claim, rows, ports.clock.now());
  if (!stop) return undefined;
  const step = claim.proposal.steps[stop.at];
  return step?.kind === 'action' ? rescue(ports, claim, means, { step, at: stop.at }, stop.ending) : stop.ending;
}

/** Not begun; or begun and interrupted where that does no harm: a wait, or a person who was asked. */
function isLeft({ state, kind }: RunStep): boolean {
  return state === 'pending' || state === 'waiting' || (state === 'started' && kind === 'manual');
}

interface Work<S = ActionStep> {
  step: S;
  /** Its place in the proposal. */
  at: number;
  rows: readonly RunStep[];
  pending: readonly RunStep[];
  first: RunStep;
}

async function performStep(
  ports: Ports,
  claim: Claim,
  means: Means,
  work: Work<ProposalStep>,
): Promise<Ending | undefined> {
  const { step, at, first } = work;
  switch (step.kind) {
    case 'wait':
      return waitUntil(ports, claim, first, step);
    case 'manual':
      return awaitPerson(ports, claim, first, step);
    case 'notify':
      return notify(ports, claim, first);
    case 'action': {
      const ending = await performAction(ports, claim, means, { ...work, step }).catch((error: unknown) =>
        brokenOff(ports, claim, error),
      );
      return ending && rescue(ports, claim, means, { step, at }, ending);
    }
  }
}

/** A bug of ours leaves no server half way either. */
function brokenOff(ports: Ports, { run }: Claim, error: unknown): Ending {
  if (error instanceof RunLost) throw error;
  ports.log.error({ run: run.id, err: error }, 'a step broke off');
  return {
    state: 'unknown',
    note: `Something broke on our side (${run.id}); the log has the details. Look at the servers`,
  };
}

async function performAction(ports: Ports, claim: Claim, means: Means, work: Work): Promise<Ending | undefined> {
  const { command } = work.first;
  // The first connection is made while we look: an approved command should not wait for it.
  const connecting = command && command.via !== 'medic' ? means.connections.to(command) : undefined;
  const [snapshot] = await Promise.all([look(ports, claim, neededByStep(work.step, ports.shelves)), connecting]);
  // What was answered is on its way: other servers may be changing because of it, as after a failover.
  const underWay = work.first.state === 'waiting';
  const objection = underWay ? undefined : await objectionOfServers(ports, claim, work, snapshot);
  if (objection) return objection;
  for (const row of work.pending) {
    const ending = await sendCommand(ports, claim, means, row);
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
    overstepped(work.step.onlyWhile, snapshot, ports.shelves.probes) ?? (await replanned(ports, claim, work, snapshot));
  return refused === undefined ? undefined : { state, note: `a check before running failed: ${refused}` };
}

/** What a failover changes on servers that no command names. */
const ROLES = ['replication.role', 'replication.master_host', 'replication.master_port'];

/**
 * What the proposal expects less what this run has changed itself: the values that its commands set or waited for, and all
 * of a server that the step had begun with, as a command changes more than it shows.
 */
function stillExpected({ step, at, rows }: Work): Expectation[] {
  const sent = rows.filter((row) => row.state === 'done' || row.state === 'waiting');
  const ours = new Set(sent.flatMap(ledTo).map(({ node, reading }) => `${node} ${reading}`));
  const begunWith = new Set(
    sent
      .filter((row) => row.step === at)
      .flatMap((row) => [...(row.command ? [row.command.node] : []), ...ledTo(row).map(({ node }) => node)]),
  );
  const theirs = sent.some((row) => row.step === at && failsOver(row)) ? ROLES : [];
  return step.expects.filter(
    ({ node, reading }) => !ours.has(`${node} ${reading}`) && !begunWith.has(node) && !theirs.includes(reading),
  );
}

/** The Sentinels choose whom they promote. */
function failsOver({ command }: RunStep): boolean {
  return command?.via === 'sentinel' && command.argv[1] === 'FAILOVER';
}

/** What a command sets, and what others show because of it. */
function ledTo({ command }: RunStep): Expectation[] {
  return [...(command?.applied ?? []), ...(command?.until?.shows ?? [])];
}

/** The reason why the action would not be planned now; an undo, and a step that was begun, are not planned again. */
async function replanned(
  ports: Ports,
  claim: Claim,
  { step, at, rows }: Work,
  snapshot: Snapshot,
): Promise<string | undefined> {
  const wasBegun = rows.some((row) => row.step === at && (row.state === 'done' || row.state === 'waiting'));
  if (claim.proposal.undoes !== null || wasBegun) return undefined;
  const action = ports.shelves.actions.get(step.action);
  if (!action) return `there is no action ${step.action} any more`;
  const node = nodeNamed(snapshot, step.node);
  if (!node) return `${step.node} is gone`;
  const asked = await withAnswers(ports.servers, snapshot, [{ action, args: step.args, node }]);
  const plan = action.plan(step.args, asked, node);
  return 'refused' in plan ? plan.refused : undefined;
}
