import type { ProposalId, TargetName } from './ids.ts';

/**
 * How sure a diagnosis is of a finding. `high`: nothing else accounts for it, and every rule that could do so was looked
 * at; `medium`: some of those could not be looked at; `low`: it is a symptom, or several causes compete.
 */
export const CONFIDENCES = ['high', 'medium', 'low'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** A time of day in which nothing runs by itself; `from` after `to` spans midnight. Minutes after midnight. */
export interface QuietHours {
  from: number;
  to: number;
  /** IANA name: `Europe/Berlin`. */
  timeZone: string;
}

/** What may run on a target without an approval. */
export interface AutoPolicy {
  /** Playbook ids; only plans whose risk is reversible are run. */
  playbooks: readonly string[];
  atMost: number;
  withinSeconds: number;
  /** Before the same playbook runs again on the same server. */
  coolDownSeconds: number;
  /** The least. */
  confidence: Confidence;
  quiet?: QuietHours;
  /** How long before it is announced, so that people can deny it. */
  noticeSeconds: number;
}

/** What becomes of a proposal that medic.yml lets run by itself. */
export interface Automatic {
  proposal: ProposalId;
  target: TargetName;
  playbook: string;
  node: string;
  /** `held`: a rule of medic.yml keeps it for people; `withdrawn`: it was announced, and then not run. */
  state: 'announced' | 'held' | 'withdrawn' | 'ran';
  /** When it is to run, epoch ms. */
  dueAt: number;
  ranAt: number | null;
  /** Why it is held or was withdrawn, for people. */
  because: string | null;
}

/** Whether a moment (epoch ms) lies in the quiet hours. */
export function isQuiet({ from, to, timeZone }: QuietHours, at: number): boolean {
  const minute = minuteOfDay(at, timeZone);
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

function minuteOfDay(at: number, timeZone: string): number {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const [hour = 0, minute = 0] = clock.format(at).split(':').map(Number);
  return hour * 60 + minute;
}
