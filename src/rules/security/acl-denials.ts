import { CRITICAL, severityOf, tellDenials, WARNING } from '../../domain/denial.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingOf } from '../../domain/snapshot.ts';
import aclLog from '../../probes/acl-log.ts';
import errorStats, { newErrors } from '../../probes/error-stats.ts';

export default defineRule({
  scope: 'node',
  needs: { errorStats },
  more:
    'The server refuses commands, keys or channels to a user that its ACL does not allow them, so part of an application does not work. ' +
    'Usually a new release uses a command that its user was never given, or somebody tightened the ACL. ' +
    'Compare ACL GETUSER with what the application needs, try the change with ACL DRYRUN, and grant exactly that.',
  check({ errorStats }, { node, target, threshold }) {
    const limits = { warning: threshold('warning', WARNING), critical: threshold('critical', CRITICAL) };
    const log = node.outcomes.get(aclLog);
    if (log?.kind !== 'read') {
      // INFO is read before we ask anything that could be refused, so what grew between the samples is not ours.
      const denied = newErrors(errorStats, 'NOPERM') ?? 0;
      if (denied < limits.warning) return { unassessed: log?.reason ?? 'ACL LOG was not asked' };
      return {
        severity: severityOf(denied, limits),
        headline: `${denied} commands were denied in ${Math.round(errorStats.seconds)} s; ACL LOG could not be read for their users`,
        evidence: [{ field: 'errorstat_NOPERM', value: `+${denied}`, expected: '+0' }],
      };
    }
    const us = target.credentials.username ?? 'default';
    const told = tellDenials(
      readingOf(node, aclLog).now,
      ({ reason, username }) => reason !== 'auth' && username !== us,
    );
    if (!told) return;
    return {
      severity: severityOf(told.count, limits),
      headline: `${told.count} commands of ${told.users.join(', ')} were denied in the last five minutes`,
      evidence: told.evidence,
    };
  },
});
