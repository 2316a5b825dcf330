import { defineRule } from '../../domain/rule.ts';
import { historyOf } from '../../domain/snapshot.ts';
import server from '../../probes/server.ts';

const HOUR_MS = 3_600_000;
/** Processes in an hour; two restarts in a row can still be one deployment. */
const CRITICAL = 3;

export default defineRule({
  scope: 'node',
  needs: { server },
  more:
    'The server starts again and again: clients lose their connections each time, replicas take full copies, and writes since the last save are lost. ' +
    'Usually it runs out of memory while loading or saving, its data file is damaged, or a health check kills it while it loads. Stop the restarts, keep the data folder as it is, and read the end of its log.',
  explains: [
    'recent-restart',
    'instance-loading',
    'replica-link-down',
    'no-replicas-connected',
    'replica-full-resync-loop',
    'role-changed-recently',
    'sentinel-master-down',
  ],
  tells:
    'uptime_in_seconds of the primary is less than the link has been down, and its log begins anew again and again.',
  check({ server: { now } }, { node, snapshot, threshold }) {
    const points = historyOf(snapshot, node);
    if (points.length === 0) {
      return {
        unassessed: 'one look cannot tell: the running bot watches its targets and would have counted restarts',
      };
    }
    const recent = points.filter(({ at }) => at > snapshot.takenAt - HOUR_MS);
    const runs = new Set([...recent.map(({ runId }) => runId), now.run_id]);
    if (runs.size < threshold('critical', CRITICAL)) return;
    return {
      severity: 'critical',
      headline: `${node.name} was started ${runs.size - 1} times in the last hour`,
      evidence: [
        { field: 'run_id', value: `${runs.size} different in an hour`, expected: '1' },
        { field: 'uptime_in_seconds', value: String(now.uptime_in_seconds), expected: 'growing' },
      ],
    };
  },
});
