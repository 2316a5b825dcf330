import type { ProposalStep } from '../../domain/proposal.ts';
import type { RunStep } from '../../domain/run.ts';
import type { Ports } from '../ports.ts';
import type { Claim } from './claim.ts';
import type { Ending } from './end-run.ts';
import { labelOf } from './new-run.ts';
import { type Means, sendCommand } from './send-command.ts';

type ActionStep = Extract<ProposalStep, { kind: 'action' }>;

/** States of a command that has reached its server, or may have. */
const MAYBE_SENT: readonly RunStep['state'][] = ['started', 'waiting', 'done', 'late', 'unknown'];

/** Whether some command of a step reached its server, or may have. */
export function begun(rows: readonly RunStep[]): boolean {
  return rows.some(({ kind, state }) => kind === 'command' && MAYBE_SENT.includes(state));
}

/**
 * Sends the way back of a step that stopped half way, as it was approved with the step; every command is tried, and what
 * became of each stands in the ending's note.
 */
export async function rescue(
  ports: Ports,
  claim: Claim,
  means: Means,
  { step, at }: { step: ActionStep; at: number },
  ending: Ending,
): Promise<Ending> {
  const wayBack = step.otherwise ?? [];
  const rows = await ports.store.transaction((tx) => tx.stepsOf(claim.run.id));
  const ofStep = rows.filter((row) => row.step === at);
  if (wayBack.length === 0 || !begun(ofStep)) return ending;
  const left = wayBack.slice(ofStep.filter(({ kind }) => kind === 'rescue').length);
  const added = left.map(
    (command, index): RunStep => ({
      run: claim.run.id,
      seq: rows.length + index,
      step: at,
      kind: 'rescue',
      command,
      label: `way back: ${labelOf(command)}`,
      state: 'pending',
      reply: null,
      startedAt: null,
      endedAt: null,
    }),
  );
  if (added.length > 0) await ports.store.transaction((tx) => tx.addSteps(added));
  const pending = [...ofStep.filter(({ kind, state }) => kind === 'rescue' && isOpen(state)), ...added];
  for (const row of pending) await sendCommand(ports, claim, means, row);
  const sent = (await ports.store.transaction((tx) => tx.stepsOf(claim.run.id))).filter(
    ({ step, kind }) => step === at && kind === 'rescue',
  );
  const failed = sent.filter(({ state }) => state !== 'done' && state !== 'skipped').map(wordsOf);
  const told =
    failed.length === 0 ? wayBackIn(sent) : `The way back did not work: ${failed.join('; ')}. Look at the servers now.`;
  const state = failed.length > 0 && ending.state !== 'failed' ? 'unknown' : ending.state;
  return { ...ending, state, note: `${ending.note}. ${told}` };
}

/** What was sent, and what was passed over with its reason; also by a worker before us. */
function wayBackIn(rows: readonly RunStep[]): string {
  const done = rows.filter(({ state }) => state === 'done').map(({ command }) => (command ? labelOf(command) : ''));
  const passed = rows.filter(({ state }) => state === 'skipped').map(wordsOf);
  return [
    ...(done.length > 0 ? [`The way back was sent: ${done.join('; ')}.`] : []),
    ...(passed.length > 0 ? [`Of the way back passed over: ${passed.join('; ')}.`] : []),
  ].join(' ');
}

function wordsOf({ command, reply, state }: RunStep): string {
  return `${command ? labelOf(command) : ''}: ${reply ?? state}`;
}

function isOpen(state: RunStep['state']): boolean {
  return state === 'pending' || state === 'waiting';
}
