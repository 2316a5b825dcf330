import { defineRule } from '../../domain/rule.ts';
import { readingOf } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import replication from '../../probes/replication.ts';
import replicationConfig from '../../probes/replication-config.ts';
import server from '../../probes/server.ts';

/** The primary has thrown its replication history away because no replica was there for so long. */
export default defineRule({
  scope: 'node',
  needs: { replication, server },
  more:
    'Without a backlog every replica that comes back takes a full copy, however short it was away. It is freed when no ' +
    'replica was connected for repl-backlog-ttl seconds; 0 keeps it for good.',
  check({ replication: { now }, server }, { node, target }) {
    const expected = target.objectives.expectReplicas ?? 0;
    if (now.role !== 'master' || expected === 0 || now.connected_slaves > 0 || now.repl_backlog_active !== 0) return;
    const ttl = readingOf(node, replicationConfig).now.repl_backlog_ttl;
    // Never had one: there was nothing to free. Younger than the ttl: not freed but not yet made.
    if (!now.master_repl_offset || !ttl || server.now.uptime_in_seconds < ttl) return;
    return {
      severity: 'warning',
      headline: `The replication backlog was freed: no replica for more than ${duration(ttl)}`,
      evidence: [
        { field: 'repl_backlog_active', value: '0', expected: '1' },
        { field: 'repl-backlog-ttl', value: String(ttl), expected: '0, or longer than any absence' },
      ],
    };
  },
});
