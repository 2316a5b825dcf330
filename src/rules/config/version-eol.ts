import { lineName, RELEASES_AS_OF, supportOf } from '../../domain/releases.ts';
import { defineRule } from '../../domain/rule.ts';
import { duration } from '../../domain/units.ts';

/** Long enough to plan, test and carry out an upgrade. */
const WARNING_DAYS = 180;

/**
 * Always info: an old version is hygiene, no incident, and nothing fails tonight because of it. A distribution may
 * repair it for years beyond its project (Debian 12 does so with Redis 7.0), which the number does not show.
 */
export default defineRule({
  scope: 'node',
  needs: {},
  more:
    'The project no longer repairs this version, or soon will not: the next security fix needs an upgrade that nobody has tried. ' +
    'If a distribution or a vendor maintains it, ask until when. ' +
    'Plan the upgrade with replicas first, then a failover, and read the release notes for what changes on the way.',
  check(_readings, { node: { name, identity }, snapshot, threshold }) {
    if (identity.provider) return;
    const support = supportOf(identity, snapshot.takenAt);
    const engine = `${identity.engine === 'valkey' ? 'Valkey' : 'Redis'} ${lineName(identity)}`;
    if (support.kind === 'unknown') {
      return { unassessed: `${engine} is newer than what is known here (releases as of ${RELEASES_AS_OF})` };
    }
    if (support.kind === 'lasts') return;
    if (support.kind === 'ends' && support.days >= threshold('days', WARNING_DAYS)) return;
    const left =
      support.kind === 'ends' ? `gets fixes for ${duration(support.days * 86_400)} more` : 'gets no more fixes';
    return {
      severity: 'info',
      headline: `${name} runs ${engine}, which ${left} from its project`,
      evidence: [
        {
          field: identity.engine === 'valkey' ? 'valkey_version' : 'redis_version',
          value: identity.version,
          expected: `a version with more than ${WARNING_DAYS} days of fixes`,
        },
        { field: 'end of fixes', value: support.on ?? 'past', expected: `known as of ${RELEASES_AS_OF}` },
      ],
    };
  },
});
