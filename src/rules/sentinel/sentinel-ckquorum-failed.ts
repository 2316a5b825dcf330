import { defineRule } from '../../domain/rule.ts';
import { neededFor, share, type Testimony, testimonies } from '../../domain/sentinel.ts';
import { readingIfAny } from '../../domain/snapshot.ts';
import sentinelMaster, { isStranger } from '../../probes/sentinel-master.ts';
import sentinelQuorum from '../../probes/sentinel-quorum.ts';

/** Too few Sentinels can be used to agree that the primary is down or to authorize a failover. */
export default defineRule({
  scope: 'target',
  needs: { sentinelQuorum },
  more:
    'If the primary dies now, it stays dead: the Sentinels cannot bring a failover about. Usually some of them are down ' +
    'or cut off from the others, or the quorum is higher than their number allows. Bring the missing ones back; lower the ' +
    'quorum (SENTINEL SET <master> quorum) only where it was wrong from the start, on every Sentinel.',
  check(_all, { snapshot }) {
    const told = testimonies(snapshot, sentinelQuorum);
    const failing = told.filter(({ now }) => !now.met);
    const [first] = failing;
    if (!first) return [];
    const everywhere = failing.length === told.length;
    const severity = failing.every(({ by }) => isStranger(snapshot, by)) ? 'info' : everywhere ? 'critical' : 'high';
    const cannot = everywhere ? 'No failover is possible' : `${share(failing.length, told.length)} could not fail over`;
    return [
      {
        node: snapshot.target.name,
        severity,
        headline: `${cannot[0]?.toUpperCase()}${cannot.slice(1)}: ${figures(first)}`,
        evidence: failing.map(({ by, now }) => ({ field: `CKQUORUM of ${by.name}`, value: now.text, expected: 'OK' })),
      },
    ];
  },
});

function figures({ by, now: { usable } }: Testimony<{ usable: number | undefined }>): string {
  const view = readingIfAny(by, sentinelMaster)?.now;
  if (usable === undefined || view?.otherSentinels === undefined) return 'too few Sentinels are usable';
  const voters = view.otherSentinels + 1;
  const needed = neededFor(voters, view.quorum ?? 0);
  if (voters === 1) return `it knows no other Sentinel, and ${needed} are needed`;
  return `${usable} of ${voters} Sentinels ${usable === 1 ? 'is' : 'are'} usable, ${needed} are needed`;
}
