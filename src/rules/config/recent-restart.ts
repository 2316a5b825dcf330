import { defineRule } from '../../domain/rule.ts';
import { historyOf } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import server from '../../probes/server.ts';

/** Seconds in which counters, caches and the replication backlog are still young. */
const YOUNG = 600;

export default defineRule({
  scope: 'node',
  needs: { server },
  more:
    'The server has just started: its counters tell little, replicas may take full copies, and what was only in memory is gone. ' +
    'Usually a deployment or a crash (memory, a failed assertion): its log and the log of its host say which. Look there before you touch anything.',
  explains: ['instance-loading', 'role-changed-recently', 'low-hit-ratio'],
  tells: 'The hit ratio recovers by itself as the cache fills.',
  check({ server: { now } }, { node, snapshot, threshold }) {
    const young = threshold('seconds', YOUNG);
    if (now.uptime_in_seconds >= young) return;
    const since = snapshot.takenAt - now.uptime_in_seconds * 1000;
    // Only one that was watched before can have restarted; another may simply be new.
    const watched = historyOf(snapshot, node).findLast(
      ({ runId, at }) => runId !== now.run_id && since - at < 3_600_000,
    );
    const before = node.replacedRunId ?? watched?.runId;
    const ago = duration(now.uptime_in_seconds);
    return {
      severity: before ? 'warning' : 'info',
      headline: before ? `${node.name} restarted ${ago} ago` : `${node.name} started ${ago} ago`,
      evidence: [
        { field: 'uptime_in_seconds', value: String(now.uptime_in_seconds), expected: `>= ${young}` },
        ...(before
          ? [{ field: 'run_id', value: now.run_id.slice(0, 8), expected: `${before.slice(0, 8)}, as before` }]
          : []),
      ],
    };
  },
});
