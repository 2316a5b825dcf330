import type { Automatic } from '../../domain/auto.ts';
import type { ProposalId, TargetName } from '../../domain/ids.ts';

/** What is stored of proposals that may run by themselves. */
export interface AutoTx {
  automaticOf(proposal: ProposalId): Promise<Automatic | undefined>;
  /** Announced ones whose time has come at `now`, oldest first. */
  dueAutomatic(now: number): Promise<Automatic[]>;
  /** Those of a target that ran since a moment, newest first. */
  ranAutomatically(target: TargetName, since: number): Promise<Automatic[]>;
  saveAutomatic(automatic: Automatic): Promise<void>;
  /** Why nothing runs by itself now; null when it may. */
  autoPaused(): Promise<{ by: string; at: number; reason: string } | null>;
  setAutoPaused(pause: { by: string; at: number; reason: string } | null): Promise<void>;
}
