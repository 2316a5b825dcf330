import type { RunId, SlackUserId } from '../../domain/ids.ts';
import type { LoadedPlaybook } from '../../domain/playbook.ts';
import type { Proposal } from '../../domain/proposal.ts';
import type { Deed } from '../../domain/rehearsal.ts';
import type { Run } from '../../domain/run.ts';
import type { Target } from '../../domain/target.ts';
import { answerStep } from '../answer-step.ts';
import { policyFor } from '../approval.ts';
import { cancelRun } from '../cancel.ts';
import { vote } from '../decide.ts';
import type { Ports } from '../ports.ts';
import { executeRun } from '../run/execute.ts';
import { filled } from './arrange.ts';
import { handOn, RehearsalFailed, type Stage } from './stage.ts';

/** Between two looks whether a person has to do something, in ms. */
const EVERY_MS = 250;

export interface Rehearsing {
  loaded: LoadedPlaybook;
  stage: Stage;
  target: Target;
  /** Made for this rehearsal alone: they reach no server but those of the stage. */
  ports: Ports;
  /** Who asks for the plan; may not approve it. */
  asker: SlackUserId;
  approvers: readonly SlackUserId[];
  /** One line of the transcript. */
  tell: (line: string) => void;
}

/** Approves a proposal as its policy demands, runs it, and does what people would in its manual steps. */
export async function runApproved(one: Rehearsing, proposal: Proposal): Promise<Run> {
  const { ports, approvers, target, tell } = one;
  const { id, digest, risk } = proposal;
  let approved: RunId | undefined;
  for (const by of approvers.slice(0, policyFor(risk).approvers)) {
    const ballot = { proposal: id, digest, by, verdict: 'approve', reason: null, typed: target.name } as const;
    const decision = await vote(ports, ballot);
    if (decision.kind === 'refused') throw new RehearsalFailed(`it could not be approved: ${decision.sentence}`);
    if (decision.kind === 'approved') approved = decision.run;
  }
  if (approved === undefined) throw new RehearsalFailed('its approvers were not enough');
  const running = executeRun(ports, approved);
  try {
    await actForPeople(one, approved, running);
  } catch (error) {
    await cancelRun(ports, { run: approved, by: approvers[0] ?? one.asker });
    throw error;
  } finally {
    await running;
  }
  const ended = await ports.store.transaction(async (tx) => ({
    run: await tx.run(approved),
    steps: await tx.stepsOf(approved),
  }));
  if (!ended.run) throw new Error(`run ${approved} is gone`);
  for (const { label, state, reply } of ended.steps)
    tell(`  ${state}: ${label}${reply === null ? '' : ` -> ${reply}`}`);
  tell(`${endingOf(ended.run)}: ${ended.run.note ?? ''}`);
  return ended.run;
}

/** Does what a person would in the manual steps of a run, and says that it is done. */
async function actForPeople(one: Rehearsing, run: RunId, running: Promise<void>): Promise<void> {
  const { loaded, ports, approvers, tell } = one;
  const [by] = approvers;
  let over = false;
  const ended = running.finally(() => {
    over = true;
  });
  let done = 0;
  while (!over && by !== undefined) {
    const rows = await ports.store.transaction((tx) => tx.stepsOf(run));
    const waits = rows.find(({ kind, state, reply }) => kind === 'manual' && state === 'started' && reply === null);
    if (waits) {
      const deed = loaded.playbook.rehearse?.by_hand[done];
      if (deed) await act(one, deed);
      tell(`  a person did: ${deed ? printed(deed) : 'nothing'}`);
      await answerStep(ports, { run, seq: waits.seq, by, answer: 'done in the rehearsal' });
      done += 1;
    }
    await Promise.race([ended, ports.clock.sleep(EVERY_MS)]);
  }
}

/** Sends what a deed of the rehearsal says. */
export async function act({ stage, ports, target }: Rehearsing, { on, commands }: Deed): Promise<void> {
  const server = stage.servers.find(({ name }) => name === on) ?? stage.servers[0];
  if (!server) return;
  const hand = await handOn(ports.servers, server, target);
  try {
    for (const words of commands) await hand.must(filled(words, stage));
  } finally {
    hand.close();
  }
}

export function printed({ commands }: Deed): string {
  return commands.map((words) => words.join(' ')).join('; ');
}

/** `verified`, `failed` … */
export function endingOf({ state, verdict }: Run): string {
  return state === 'finished' ? (verdict ?? 'unknown') : state;
}
