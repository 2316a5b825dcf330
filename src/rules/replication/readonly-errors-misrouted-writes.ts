import type { Evidence } from '../../domain/finding.ts';
import { growth, type Reading } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { readingIfAny } from '../../domain/snapshot.ts';
import commandStats, { type CommandCounters } from '../../probes/command-stats.ts';
import errorStats, { newErrors } from '../../probes/error-stats.ts';

/** One refused write may be a health check that tries every server; an application that is lost sends more. */
const WARNING = 2;
const NAMED = 3;

/** Applications send writes to a replica, which refuses them. */
export default defineRule({
  scope: 'node',
  needs: { errorStats },
  more:
    'Writes arrive at a replica and are refused with READONLY, so they are lost unless the application tries elsewhere. ' +
    'Usually its clients still hold the address of a primary that was failed over, or were configured with the wrong ' +
    'one. Let them find the primary through Sentinel, the cluster or DNS with a short TTL, and restart those that do not.',
  check({ errorStats }, { node, threshold }) {
    if (node.identity.role !== 'replica') return;
    const refused = newErrors(errorStats, 'READONLY');
    if (refused === undefined) return { unassessed: 'needs two samples of one running server' };
    if (refused === 0) return;
    return {
      severity: refused >= threshold('warning', WARNING) ? 'warning' : 'info',
      headline: `${refused} ${refused === 1 ? 'write was' : 'writes were'} refused by this replica within ${Math.round(errorStats.seconds)} s`,
      evidence: [
        { field: 'errorstat_READONLY', value: `+${refused}`, expected: '+0' },
        ...commands(readingIfAny(node, commandStats)),
      ],
    };
  },
});

/** What was refused most. */
function commands(reading: Reading<{ commands: ReadonlyMap<string, CommandCounters> }> | undefined): Evidence[] {
  if (!reading) return [];
  return [...reading.now.commands.keys()]
    .map((command) => ({
      command,
      grown: growth(reading, (sample) => sample.commands.get(command)?.rejected ?? 0) ?? 0,
    }))
    .filter(({ grown }) => grown > 0)
    .toSorted((one, other) => other.grown - one.grown)
    .slice(0, NAMED)
    .map(({ command, grown }) => ({ field: `cmdstat_${command} rejected_calls`, value: `+${grown}`, expected: '+0' }));
}
