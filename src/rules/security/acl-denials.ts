import { printable } from '../../domain/printable.ts';
import type { Reading } from '../../domain/probe.ts';
import { defineRule, type Verdict } from '../../domain/rule.ts';
import { readingOf } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import aclLog, { type Denial } from '../../probes/acl-log.ts';
import errorStats, { newErrors } from '../../probes/error-stats.ts';

const WINDOW_SECONDS = 300;

/** Denials in five minutes: a misconfigured pod, and an application that does not work. */
const WARNING = 10;
const CRITICAL = 50;

const SHOWN = 5;

export default defineRule({
  scope: 'node',
  needs: { errorStats },
  more:
    'The server refuses commands, keys or channels to a user that its ACL does not allow them, so part of an application does not work. ' +
    'Usually a new release uses a command that its user was never given, or somebody tightened the ACL. ' +
    'Compare ACL GETUSER with what the application needs, try the change with ACL DRYRUN, and grant exactly that.',
  check({ errorStats }, { node, target, threshold }) {
    const log = node.outcomes.get(aclLog);
    const limits = { warning: threshold('warning', WARNING), critical: threshold('critical', CRITICAL) };
    if (log?.kind !== 'read') return byCounter(errorStats, limits, log?.reason ?? 'ACL LOG was not asked');
    const us = target.credentials.username ?? 'default';
    const denials = readingOf(node, aclLog).now.filter((denial) => isRecent(denial) && denial.username !== us);
    const inWindow = denials.reduce((sum, denial) => sum + countInWindow(denial), 0);
    if (inWindow === 0) return;
    const users = [...new Set(denials.map(({ username }) => printable(username)))];
    return {
      severity: severityOf(inWindow, limits),
      headline: `${inWindow} commands of ${users.join(', ')} were denied in the last five minutes`,
      evidence: denials.slice(0, SHOWN).map(({ username, reason, count, ageSeconds }) => ({
        field: `ACL LOG ${printable(username)}`,
        value: `${count} denied by ${printable(reason)}, the last ${duration(ageSeconds)} ago`,
        expected: 'none',
      })),
    };
  },
});

/** Failed logins are another matter (reason auth). */
function isRecent({ reason, ageSeconds }: Denial): boolean {
  return reason !== 'auth' && ageSeconds <= WINDOW_SECONDS;
}

/** The server adds denials that follow each other within a minute to one entry, so a count can be hours old. */
function countInWindow({ count, spanSeconds = 0, ageSeconds }: Denial): number {
  const covered = WINDOW_SECONDS - ageSeconds;
  return spanSeconds <= covered ? count : Math.max(1, Math.round((count * covered) / spanSeconds));
}

/** INFO is read before we ask anything that could be refused, so what grew between the samples is not ours; less than a warning proves nothing. */
function byCounter(
  errorStats: Reading<{ counts: ReadonlyMap<string, number> }>,
  limits: { warning: number; critical: number },
  why: string,
): Verdict {
  const denied = newErrors(errorStats, 'NOPERM') ?? 0;
  if (denied < limits.warning) return { unassessed: why };
  return {
    severity: severityOf(denied, limits),
    headline: `${denied} commands were denied in ${Math.round(errorStats.seconds)} s; ACL LOG could not be read for their users`,
    evidence: [{ field: 'errorstat_NOPERM', value: `+${denied}`, expected: '+0' }],
  };
}

function severityOf(denied: number, { warning, critical }: { warning: number; critical: number }) {
  if (denied >= critical) return 'critical';
  return denied >= warning ? 'warning' : 'info';
}
