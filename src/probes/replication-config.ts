import { defineConfigProbe } from '../domain/probe.ts';

/** masterauth and its like are secrets: they are never asked for. */
export default defineConfigProbe({
  'repl-backlog-size': 'number',
  'repl-backlog-ttl': 'number?',
  'repl-timeout': 'number?',
  'repl-diskless-sync': 'text?',
  'repl-diskless-sync-delay': 'number?',
  'repl-diskless-load': 'text?',
  // A channel of its own for the copy in a full sync: Redis 8, Valkey 8.
  'repl-rdb-channel': 'text?',
  'dual-channel-replication-enabled': 'text?',
  'client-output-buffer-limit': 'text?',
  'replica-serve-stale-data': 'text?',
  'replica-read-only': 'text?',
  'replica-priority': 'number?',
  'min-replicas-to-write': 'number?',
  'min-replicas-max-lag': 'number?',
  'cluster-replica-no-failover': 'text?',
});
