import type { IncidentId, SlackUserId, TargetName } from '../ids.ts';
import type { KeySample } from './key-sample.ts';

/** Where a scan of one server goes on. */
export interface ScanPlace {
  /** A cursor means something only to the process that gave it. */
  runId: string;
  db: number;
  cursor: string;
}

/** What is known of one server's keys while they are being looked at, and where to go on after a restart. */
export interface ScanProgress {
  place: ScanPlace | undefined;
  sample: KeySample;
}

/** A scan that somebody asked for, in the thread of its incident. */
export interface KeyScan {
  incident: IncidentId;
  target: TargetName;
  requestedBy: SlackUserId;
  state: 'running' | 'ended';
  /** Epoch ms. */
  startedAt: number;
  cancelRequested: boolean;
  /** By node name. */
  progress: Readonly<Record<string, ScanProgress>>;
  /** What kept it from looking; null when nothing did. */
  trouble: string | null;
}
