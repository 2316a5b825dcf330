import type { IncidentId, ProposalId, RunId, TargetName } from './ids.ts';
import type { PlannedCommand } from './proposal.ts';

/**
 * `queued` waits for a worker; the first three hold the group; `finished` has a verdict;
 * `refused` sent nothing (drift, paused, approval too old); `failed` the server said no;
 * `unknown` a command may or may not have been applied: a person must look.
 */
export const RUN_STATES = [
  'queued',
  'running',
  'verifying',
  'finished',
  'refused',
  'failed',
  'unknown',
  'cancelled',
] as const;
export type RunState = (typeof RUN_STATES)[number];

export const ACTIVE_RUN_STATES = ['queued', 'running', 'verifying'] as const satisfies readonly RunState[];

export interface Run {
  id: RunId;
  proposal: ProposalId;
  incident: IncidentId;
  target: TargetName;
  /** No other run of it is at work meanwhile; null when this one sends nothing, so that it may take hours. */
  group: string | null;
  state: RunState;
  verdict: 'verified' | 'not-verified' | 'unknown' | null;
  /** Grows with each claim; a worker with an older number may not write. */
  fence: number;
  /** Epoch ms until which the claiming worker owns it. */
  leaseUntil: number | null;
  queuedAt: number;
  /** After this it must not start, epoch ms. */
  startBefore: number;
  startedAt: number | null;
  endedAt: number | null;
  /** Why it ended as it did, for people. */
  note: string | null;
  /** What it changed, as seen at the end; null when nobody looked. */
  effects: readonly Effect[] | null;
  cancelRequested: boolean;
}

/** What a step of a run is; a `rescue` is a command that was sent because its step stopped half way, a `reminder` comes after the end. */
export const STEP_KINDS = ['command', 'wait', 'manual', 'notify', 'rescue', 'reminder'] as const;
export type StepKind = (typeof STEP_KINDS)[number];

/** A value of a server that a run was about, as it was read when the plan was made and at the end. */
export interface Effect {
  node: string;
  /** `memory-config.maxmemory`. */
  reading: string;
  before: string | null;
  after: string;
}

/** One command, wait, notice or deed of a person in a run, written before it is done and again after. */
export interface RunStep {
  run: RunId;
  /** 0, 1, 2 … over all steps of the proposal, commands flattened. */
  seq: number;
  /** The proposal step that it belongs to. */
  step: number;
  kind: StepKind;
  /** Null for what is not sent. */
  command: PlannedCommand | null;
  label: string;
  /** `waiting`: answered, and what must show before the next one is not there yet; `late`: it did not come in time. */
  state: 'pending' | 'started' | 'waiting' | 'done' | 'late' | 'failed' | 'unknown' | 'skipped';
  /** The server's or the person's answer, or why it failed. */
  reply: string | null;
  startedAt: number | null;
  endedAt: number | null;
}
