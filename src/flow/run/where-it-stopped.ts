import type { Run, RunStep } from '../../domain/run.ts';
import type { Claim } from './claim.ts';
import type { Ending } from './end-run.ts';
import { begun } from './rescue.ts';

/** The step of the proposal that a run cannot go on with, and how the run ends. */
export interface Stop {
  at: number;
  ending: Ending;
}

/**
 * Why a run that was interrupted must not go on, so that nothing more is sent but the way back of its step; undefined
 * when it can. Of a run that begins nothing is found.
 */
export function whereItStopped({ run }: Claim, rows: readonly RunStep[], now: number): Stop | undefined {
  return itFailed(rows) ?? itTurnedBack(run, rows) ?? itsHoldIsGone(rows) ?? itIsLate(run, rows, now);
}

function itFailed(rows: readonly RunStep[]): Stop | undefined {
  const row = rows.find(({ kind, state }) => kind !== 'rescue' && ['failed', 'late', 'unknown'].includes(state));
  if (!row) return undefined;
  const state = row.state === 'unknown' ? 'unknown' : 'failed';
  const look = state === 'unknown' ? '. Look at the server before anything else is run' : '';
  return { at: row.step, ending: { state, note: `${row.label}: ${row.reply ?? row.state}${look}` } };
}

/** Its way back was begun: forward there is nothing any more. */
function itTurnedBack({ cancelRequested }: Run, rows: readonly RunStep[]): Stop | undefined {
  const row = rows.find(({ kind }) => kind === 'rescue');
  if (!row) return undefined;
  const note = 'it was stopped half way, and then we were restarted';
  return { at: row.step, ending: { state: cancelRequested ? 'cancelled' : 'failed', note } };
}

/** What one of its commands did ended with the process before. */
function itsHoldIsGone(rows: readonly RunStep[]): Stop | undefined {
  const held = rows.find(
    ({ command, state, step }) =>
      command?.holds && (state === 'done' || state === 'waiting') && openIn(rows, step).length > 0,
  );
  if (!held) return undefined;
  const note = `we were restarted in the middle of a step, and what ${held.label} began ended with us`;
  return { at: held.step, ending: { state: 'failed', note } };
}

/** A run that was interrupted is carried on only while its approval still counts, unless it waits for a person. */
function itIsLate({ fence, startBefore }: Run, rows: readonly RunStep[], now: number): Stop | undefined {
  const left = rows.filter(({ state }) => state === 'pending');
  const asking = rows.some(({ kind, state }) => kind === 'manual' && state === 'started');
  const [next] = left;
  if (fence <= 1 || now < startBefore || !next || asking) return undefined;
  const half = rows.find(({ step }) => openIn(rows, step).length > 0 && begun(rows.filter((row) => row.step === step)));
  const note = `we were down too long to go on: ${left.length} of ${rows.length} steps were not sent`;
  return { at: (half ?? next).step, ending: { state: 'cancelled', note } };
}

function openIn(rows: readonly RunStep[], step: number): RunStep[] {
  return rows.filter((row) => row.step === step && (row.state === 'pending' || row.state === 'waiting'));
}
