import { backupsByGroup, backupWanted } from '../../domain/backup-state.ts';
import { defineRule } from '../../domain/rule.ts';
import { duration } from '../../domain/units.ts';
import backups from '../../probes/backups.ts';

/** The newest backup that is not broken is older than the owner allows. */
export default defineRule({
  scope: 'target',
  needs: { backups },
  latent: true,
  more:
    'What was written since the newest backup cannot be brought back from it. Look in the log of redis-medic and in ' +
    'its audit trail (backup-failed) for why none was taken, and take one now.',
  check(survey, { target, snapshot }) {
    const wanted = backupWanted(target);
    const [first] = survey.nodes.filter((node) => node.kind === 'read');
    if (!wanted || !first || first.identity.provider) return [];
    return backupsByGroup(snapshot, survey.readings(first).backups.now).flatMap(({ head, backups: all }) => {
      const newest = all.find(({ verification }) => verification.verdict !== 'broken');
      if (!newest) return [];
      const age = (snapshot.takenAt - newest.takenAt) / 1000;
      if (age <= wanted.seconds) return [];
      return {
        node: head.name,
        severity: 'warning' as const,
        headline: `The newest backup is ${duration(age)} old`,
        evidence: [{ field: newest.id, value: `${duration(age)} old`, expected: wanted.from }],
      };
    });
  },
});
