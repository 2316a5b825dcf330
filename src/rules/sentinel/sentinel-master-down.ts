import { defineRule } from '../../domain/rule.ts';
import { nameOf, share, testimonies } from '../../domain/sentinel.ts';
import { duration } from '../../domain/units.ts';
import sentinelMaster, { type MasterView } from '../../probes/sentinel-master.ts';

/** The Sentinels count the primary as down. */
export default defineRule({
  scope: 'target',
  needs: { sentinelMaster },
  more:
    'The primary does not answer the Sentinels, so that clients cannot write. A failover follows within seconds where ' +
    'enough Sentinels agree (o_down) and a replica may take over; when none comes, look at the quorum, at the replicas, ' +
    'and in the log of the Sentinels for -failover-abort. One Sentinel alone that sees it down is cut off itself.',
  check(_all, { snapshot }) {
    const told = testimonies(snapshot, sentinelMaster);
    const down = told.filter(({ now }) => now.flags.includes('s_down'));
    const byNode = Map.groupBy(down, ({ by, now }) => nameOf(snapshot, by, now.address));
    return [...byNode].map(([node, views]) => {
      const agreed = views.some(({ now }) => now.flags.includes('o_down'));
      const since = Math.max(...views.map(({ now }) => now.downMs ?? 0)) / 1000;
      const who = share(views.length, told.length);
      return {
        node,
        severity: agreed || views.length * 2 > told.length ? 'critical' : 'warning',
        headline: `${who[0]?.toUpperCase()}${who.slice(1)} ${views.length === 1 ? 'counts' : 'count'} the primary as down for ${duration(since)}${outcome(views.map(({ now }) => now))}`,
        evidence: views.map(({ by, now }) => ({
          field: `flags at ${by.name}`,
          value: `${now.flags.join(',')}${now.agreedDownMs === undefined ? '' : `, o-down-time ${now.agreedDownMs} ms`}`,
          expected: 'master',
        })),
      };
    });
  },
});

/** Whether somebody takes over, as far as the Sentinels tell. */
function outcome(views: readonly MasterView[]): string {
  if (views.some(({ flags }) => flags.includes('failover_in_progress'))) return '; a failover is under way';
  const blocked = views.find(
    ({ agreedDownMs = 0, failoverTimeoutMs = Number.POSITIVE_INFINITY }) => agreedDownMs > failoverTimeoutMs,
  );
  if (!blocked) return '';
  return `, longer than failover-timeout (${duration((blocked.failoverTimeoutMs ?? 0) / 1000)}): the failover is blocked`;
}
