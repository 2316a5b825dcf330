import { isVerified } from '../../domain/backup.ts';
import { backupsByGroup, backupWanted } from '../../domain/backup-state.ts';
import { defineRule } from '../../domain/rule.ts';
import backups from '../../probes/backups.ts';

/** Nobody knows whether the newest backup can be restored, or it is known that it cannot. */
export default defineRule({
  scope: 'target',
  needs: { backups },
  latent: true,
  more:
    'A server that is given a broken file ends, and with it the service. Only loading a backup proves that a server ' +
    'takes it: `redis-medic backup verify <id>` does that in a scratch server where one of a matching version is ' +
    'installed beside redis-medic (backups.scratch in medic.yml names others).',
  check(survey, { target, snapshot }) {
    const wanted = backupWanted(target);
    const [first] = survey.nodes.filter((node) => node.kind === 'read');
    if (!wanted || !first || first.identity.provider) return [];
    return backupsByGroup(snapshot, survey.readings(first).backups.now).flatMap(({ head, backups: [newest] }) => {
      if (!newest || isVerified(newest)) return [];
      const { verdict, said } = newest.verification;
      const evidence = [{ field: newest.id, value: said, expected: 'loaded by a scratch server' }];
      const found = (severity: 'high' | 'warning' | 'info', headline: string) => ({
        node: head.name,
        severity,
        headline,
        evidence,
      });
      if (verdict === 'broken') return found('high', 'The newest backup is broken');
      if ('none' in newest.scratch) {
        return found('info', `The newest backup was read through, but no server has loaded it: ${newest.scratch.none}`);
      }
      return found(
        'warning',
        'The newest backup was not loaded by any server, though one that could is installed here',
      );
    });
  },
});
