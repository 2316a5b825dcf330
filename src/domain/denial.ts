import type { Evidence, Severity } from './finding.ts';
import { printable } from './printable.ts';
import { duration } from './units.ts';

/** An entry of ACL LOG: commands, keys, channels or logins that were refused. */
export interface Denial {
  /** auth, command, key, channel */
  reason: string;
  count: number;
  ageSeconds: number;
  username: string;
  /** The command that was refused, where it was the command. */
  command: string | undefined;
  /** What the connection calls itself. */
  clientName: string;
  /** Seconds over which the count was collected; undefined before 7.2. */
  spanSeconds: number | undefined;
}

const WINDOW_SECONDS = 300;

/** Refusals in five minutes: a misconfigured pod, and an application that does not work or somebody who guesses. */
export const WARNING = 10;
export const CRITICAL = 50;

const SHOWN = 5;

export interface Limits {
  warning: number;
  critical: number;
}

/** What the entries of the last five minutes say; undefined when there are none. */
export function tellDenials(
  denials: readonly Denial[],
  isWanted: (denial: Denial) => boolean,
): { count: number; users: string[]; evidence: Evidence[] } | undefined {
  const recent = denials.filter((denial) => denial.ageSeconds <= WINDOW_SECONDS && isWanted(denial));
  const count = recent.reduce((sum, denial) => sum + countInWindow(denial), 0);
  if (count === 0) return undefined;
  return {
    count,
    users: [...new Set(recent.map(({ username }) => printable(username, 48)))],
    evidence: recent.slice(0, SHOWN).map(({ username, reason, count, ageSeconds }) => ({
      field: `ACL LOG ${printable(username, 48)}`,
      value: `${count} denied by ${printable(reason)}, the last ${duration(ageSeconds)} ago`,
      expected: 'none',
    })),
  };
}

/** The server adds denials that follow each other within a minute to one entry, so a count can be hours old. */
function countInWindow({ count, spanSeconds = 0, ageSeconds }: Denial): number {
  const covered = WINDOW_SECONDS - ageSeconds;
  return spanSeconds <= covered ? count : Math.max(1, Math.round((count * covered) / spanSeconds));
}

export function severityOf(count: number, { warning, critical }: Limits): Severity {
  if (count >= critical) return 'critical';
  return count >= warning ? 'warning' : 'info';
}
