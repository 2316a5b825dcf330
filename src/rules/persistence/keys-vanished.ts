import { keysIn } from '../../domain/backup.ts';
import { backupsByGroup } from '../../domain/backup-state.ts';
import { keysFor } from '../../domain/keys-back.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingIfAny, readingOf } from '../../domain/snapshot.ts';
import { duration, percent } from '../../domain/units.ts';
import backups from '../../probes/backups.ts';
import clusterNodes from '../../probes/cluster-nodes.ts';
import keyspace from '../../probes/keyspace.ts';

/** Fewer keys than this part of what the newest backup holds: nobody deletes so much of a store without knowing. */
const WARNING = 0.5;
/** Next to nothing is left. */
const HIGH = 0.05;
/** Of very small data sets such a change says nothing. */
const LEAST = 20;

/** A store that has lost most of its keys since its newest backup. */
export default defineRule({
  scope: 'target',
  needs: { backups, keyspace },
  more:
    'Somebody or something has deleted them: FLUSHALL, an expiry that was set on all, a restart without a file to load, ' +
    'or a replica of an empty server. Find out which first (uptime, cmdstat_flushall, evicted_keys), as it may happen ' +
    'again. The backup brings the keys back as they were then; what was written since is in the safety copy.',
  check(survey, { target, snapshot, threshold }) {
    const [first] = survey.nodes.filter((node) => node.kind === 'read');
    // A cache is filled again by those who use it.
    if (!first || target.purpose === undefined || target.purpose === 'cache') return [];
    const warning = threshold('warning', WARNING);
    return backupsByGroup(snapshot, survey.readings(first).backups.now).flatMap(({ head, backups: all }) => {
      // What was copied right before a restore is what a person wanted to be rid of.
      const newest = all.find(
        ({ verification, reason }) => verification.verdict !== 'broken' && reason.kind !== 'safety-copy',
      );
      if (!newest || head.identity.loading) return [];
      // Slots that have moved took their keys with them.
      const served = readingIfAny(head, clusterNodes)?.now.view?.myself.slots;
      const then = keysFor(newest, served) ?? keysIn(newest);
      const { keys } = readingOf(head, keyspace).now;
      if (then < LEAST || keys >= then * warning) return [];
      const age = duration((snapshot.takenAt - newest.takenAt) / 1000);
      return {
        node: head.name,
        severity: keys < then * threshold('high', HIGH) ? ('high' as const) : ('warning' as const),
        headline: `${keys} keys are left of the ${then} that the backup of ${age} ago holds`,
        evidence: [
          { field: 'keys', value: `${keys} (${percent(keys / then)})`, expected: `about ${then}, as in ${newest.id}` },
        ],
      };
    });
  },
});
