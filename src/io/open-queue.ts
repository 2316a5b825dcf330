import type { IncidentId, RunId, TargetName } from '../domain/ids.ts';
import type { Queue } from '../flow/ports.ts';

/** What is done when the queue wakes us. */
export interface Handlers {
  run(id: RunId): Promise<void>;
  diagnose(id: IncidentId): Promise<void>;
  keys(id: IncidentId): Promise<void>;
  backup(target: TargetName): Promise<void>;
  /** Called for each window, in one process: its beginning, epoch ms, and its length. */
  watch(slot: number, lengthMs: number): Promise<void>;
}

export interface OpenQueue extends Queue {
  /** Backs a target up, unless that is waiting or under way already. */
  backup(target: TargetName): Promise<void>;
  /** Starts to take work. What a handler throws is logged; the job is not tried again. */
  work(handlers: Handlers): Promise<void>;
  /** Cuts time into windows of this length and calls for each of them from now on; without a length no more. */
  watch(lengthMs?: number): Promise<void>;
  /** Forgets jobs that ended long ago, and looks that windows go on. For a timer. */
  tidy(): Promise<void>;
  /** Takes no more work, waits this long for the handlers that run, and closes. */
  close(graceMs: number): Promise<void>;
}
