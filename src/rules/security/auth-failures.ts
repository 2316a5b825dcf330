import { CRITICAL, severityOf, tellDenials, WARNING } from '../../domain/denial.ts';
import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingIfAny, readingOf } from '../../domain/snapshot.ts';
import aclLog from '../../probes/acl-log.ts';
import errorStats, { newErrors } from '../../probes/error-stats.ts';
import stats from '../../probes/stats.ts';

/** Failed logins of others: our own end as auth-refused before there is anything to read. */
export default defineRule({
  scope: 'node',
  needs: { errorStats },
  more:
    'Logins fail again and again. Mostly one deployment still has an old password after a rotation, and its pods retry without a pause; it can also be somebody who guesses. ' +
    'ACL LOG names the user and the address (client-info): repair that client’s secret, or close the port to that address. The server slows nobody down who guesses.',
  explains: ['connection-churn'],
  check({ errorStats }, { node, threshold }) {
    const limits = { warning: threshold('warning', WARNING), critical: threshold('critical', CRITICAL) };
    const log = node.outcomes.get(aclLog);
    if (log?.kind === 'read') {
      const told = tellDenials(readingOf(node, aclLog).now, ({ reason }) => reason === 'auth');
      if (!told) return;
      return {
        severity: severityOf(told.count, limits),
        headline: `${told.count} logins as ${told.users.join(', ')} failed in the last five minutes`,
        evidence: told.evidence,
      };
    }
    const counters = readingIfAny(node, stats);
    const failed =
      (counters && growth(counters, (now) => now.acl_access_denied_auth)) ?? newErrors(errorStats, 'WRONGPASS') ?? 0;
    if (failed < limits.warning) return { unassessed: log?.reason ?? 'ACL LOG was not asked' };
    return {
      severity: severityOf(failed, limits),
      headline: `${failed} logins failed in ${Math.round(errorStats.seconds)} s; ACL LOG could not be read for their users`,
      evidence: [{ field: 'acl_access_denied_auth', value: `+${failed}`, expected: '+0' }],
    };
  },
});
