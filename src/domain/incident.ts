import type { IncidentId, SlackUserId, TargetName } from './ids.ts';
import type { Report } from './report.ts';

/** The life of one thread: from the alert or the command to the resolution. */
export interface Incident {
  id: IncidentId;
  target: TargetName;
  /** Slack channel id that its thread lives in. */
  channel: string;
  state: 'open' | 'resolved';
  /** What opened it, for people: `alert RedisOutOfMemory`, `/redis diagnose`. */
  openedBy: string;
  requestedBy: SlackUserId | null;
  openedAt: number;
  resolvedAt: number | null;
  /** Why it was resolved. */
  resolution: string | null;
  /** The newest diagnosis; null until the first is done. */
  report: Report | null;
  /** Why the newest diagnosis could not be made at all. */
  trouble: string | null;
}
