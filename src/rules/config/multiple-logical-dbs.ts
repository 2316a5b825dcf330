import { defineRule } from '../../domain/rule.ts';
import keyspace from '../../probes/keyspace.ts';

const SHOWN = 8;

export default defineRule({
  scope: 'node',
  needs: { keyspace },
  more:
    'Logical databases share one thread, one memory limit and one eviction: what one does is felt by all, and only a prefix of INFO tells them apart. Redis Cluster has only database 0. ' +
    'Use a server for each application, or a key prefix and an ACL user for each.',
  check({ keyspace: { now } }, { node }) {
    // A cluster of Valkey 9 has several and moves them together.
    const used = now.databases.filter(({ keys }) => keys > 0);
    if (node.identity.mode === 'cluster' || used.length < 2) return;
    return {
      severity: 'info',
      headline: `Keys are spread over ${used.length} logical databases`,
      evidence: used
        .slice(0, SHOWN)
        .map(({ index, keys }) => ({ field: `db${index}`, value: `${keys} keys`, expected: 'one database a server' })),
    };
  },
});
