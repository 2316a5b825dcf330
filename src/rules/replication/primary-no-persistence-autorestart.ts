import type { Evidence } from '../../domain/finding.ts';
import { defineRule, type Here } from '../../domain/rule.ts';
import { savePoints } from '../../domain/save-points.ts';
import type { Point } from '../../domain/series.ts';
import { historyOf, readingIfAny, readingOf } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import hostSupervisor from '../../probes/host-supervisor.ts';
import persistence from '../../probes/persistence.ts';
import persistenceConfig from '../../probes/persistence-config.ts';
import replication from '../../probes/replication.ts';

/** Sentinel and clusters need longer than this to replace a primary, so one that is back by then stays the primary. */
const QUICK_SECONDS = 60;

const UNKNOWN =
  'whether a supervisor starts this primary again at once is for its host to tell: give targets.<name>.host in medic.yml';

/** A primary that comes back empty before anybody takes over: its replicas then copy the empty set. */
export default defineRule({
  scope: 'node',
  needs: { persistence, replication },
  latent: true,
  more:
    'This primary keeps nothing on disk and is started again at once when it ends, so a crash brings it back empty and ' +
    'every replica throws its data away to copy that. Switch on the append-only file or snapshots on the primary, or let ' +
    'the supervisor wait longer than a failover takes (RestartSec above down-after-milliseconds, or no restart at all).',
  explains: ['no-persistence-configured'],
  check({ persistence: disk, replication: { now } }, here) {
    const { node, target } = here;
    if (node.identity.role !== 'primary' || now.connected_slaves === 0 || disk.now.aof_enabled === 1) return;
    const { save } = readingOf(node, persistenceConfig).now;
    if (savePoints(save).length > 0) return;
    const restarts = [...bySupervisor(here), ...seenRestarts(here)];
    if (restarts.length === 0) return isLeftAlone(here) ? undefined : { unassessed: UNKNOWN };
    return {
      severity: target.purpose === 'cache' ? 'warning' : 'critical',
      headline: `The primary persists nothing and is started again at once: a crash empties it and its ${now.connected_slaves} ${now.connected_slaves === 1 ? 'replica' : 'replicas'}`,
      evidence: [
        { field: 'save', value: save, expected: 'save points, or AOF' },
        { field: 'aof_enabled', value: '0', expected: '1' },
        ...restarts,
      ],
    };
  },
});

/** The supervisor of the host, which says it outright. */
function bySupervisor({ node }: Here): Evidence[] {
  const supervisor = readingIfAny(node, hostSupervisor)?.now;
  if (!supervisor?.restartsAtOnce) return [];
  const { unit, kind } = supervisor;
  if (!unit) return [{ field: 'supervisor', value: kind, expected: 'a failover before the server is back' }];
  const { name, restart, restartAfter } = unit;
  if ((restartAfter ?? 0) > QUICK_SECONDS) return [];
  return [
    {
      field: `Restart, RestartSec of ${name}`,
      value: `${restart}, ${restartAfter ?? 'unknown'}`,
      expected: `no, or after more than ${QUICK_SECONDS} s`,
    },
  ];
}

/** The host was looked at, and nothing there brings the server back before a failover. */
function isLeftAlone({ node }: Here): boolean {
  return readingIfAny(node, hostSupervisor)?.now.restartsAtOnce !== undefined;
}

/** What `watch` has seen: the server was back before a failover. */
function seenRestarts({ node, snapshot }: Here): Evidence[] {
  const history = historyOf(snapshot, node);
  return history
    .flatMap((after, at) => {
      const before = history[at - 1];
      return before && cameBack(before, after) ? [{ before, after }] : [];
    })
    .slice(-1)
    .map(({ before, after }) => ({
      field: 'run_id',
      value: `a new one ${duration((snapshot.takenAt - after.at) / 1000)} ago, ${duration((after.at - before.at) / 1000)} after the old one was last seen`,
      expected: 'a failover before it is back',
    }));
}

function cameBack(before: Point, after: Point): boolean {
  return before.runId !== after.runId && after.role === 'primary' && after.at - before.at <= QUICK_SECONDS * 1000;
}
