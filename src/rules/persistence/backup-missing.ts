import { backupsByGroup, backupWanted } from '../../domain/backup-state.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingOf } from '../../domain/snapshot.ts';
import backups from '../../probes/backups.ts';
import keyspace from '../../probes/keyspace.ts';

/** The owner expects backups, and there is none that is not broken. */
export default defineRule({
  scope: 'target',
  needs: { backups, keyspace },
  latent: true,
  more:
    'Replicas and files on the same disk follow every mistake: a FLUSHALL, a bad release or a lost volume takes them ' +
    'all. Take a backup now and give the target a schedule (targets.<name>.backup.schedule).',
  check(survey, { target, snapshot }) {
    const wanted = backupWanted(target);
    const [first] = survey.nodes.filter((node) => node.kind === 'read');
    if (!wanted || !first || first.identity.provider) return [];
    const kept = survey.readings(first).backups.now;
    return backupsByGroup(snapshot, kept).flatMap(({ head, backups: all }) => {
      const { keys } = readingOf(head, keyspace).now;
      if (keys === 0 || all.some(({ verification }) => verification.verdict !== 'broken')) return [];
      const broken = all.length === 0 ? '' : `, only ${all.length} broken`;
      return {
        node: head.name,
        severity: 'warning' as const,
        headline:
          kept.place === undefined
            ? `There is no backup of ${keys} keys, and no place for one is set up`
            : `There is no backup of ${keys} keys${broken}`,
        evidence: [
          { field: 'backups', value: `0${broken}`, expected: wanted.from },
          ...(kept.place === undefined
            ? [{ field: 'backups in medic.yml', value: 'not set', expected: 'folder or s3' }]
            : []),
        ],
      };
    });
  },
});
