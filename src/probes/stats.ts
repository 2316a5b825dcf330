import { defineInfoProbe, growth, type Reading } from '../domain/probe.ts';

/** Lifetime counters: only their growth between two samples is evidence of anything now. */
export default defineInfoProbe({
  total_commands_processed: 'number',
  total_connections_received: 'number',
  rejected_connections: 'number',
  instantaneous_ops_per_sec: 'number',
  total_net_input_bytes: 'number',
  total_net_output_bytes: 'number',
  total_net_repl_output_bytes: 'number?',
  total_reads_processed: 'number?',
  commands_per_parse_batch_avg: 'number?',
  evicted_keys: 'number',
  evicted_clients: 'number?',
  evicted_scripts: 'number?',
  expired_keys: 'number',
  expired_subkeys: 'number?',
  expired_fields: 'number?',
  expired_stale_perc: 'number?',
  expired_time_cap_reached_count: 'number?',
  expire_cycle_cpu_milliseconds: 'number?',
  keyspace_hits: 'number',
  keyspace_misses: 'number',
  sync_full: 'number',
  sync_partial_ok: 'number',
  sync_partial_err: 'number',
  latest_fork_usec: 'number?',
  total_forks: 'number?',
  total_error_replies: 'number?',
  client_query_buffer_limit_disconnections: 'number?',
  unexpected_error_replies: 'number?',
  slowlog_commands_count: 'number?',
  slowlog_commands_time_ms_sum: 'number?',
  client_output_buffer_limit_disconnections: 'number?',
  tracking_total_keys: 'number?',
  tracking_total_items: 'number?',
  acl_access_denied_auth: 'number?',
  acl_access_denied_cmd: 'number?',
  acl_access_denied_key: 'number?',
  acl_access_denied_channel: 'number?',
});

/** Lookups of keys between the two samples and how many of them hit; undefined without a pair. */
export function lookups(
  reading: Reading<{ keyspace_hits: number; keyspace_misses: number }>,
): { count: number; hits: number; hitRatio: number } | undefined {
  const hits = growth(reading, (sample) => sample.keyspace_hits);
  const misses = growth(reading, (sample) => sample.keyspace_misses);
  if (hits === undefined || misses === undefined) return undefined;
  const count = hits + misses;
  return { count, hits, hitRatio: count === 0 ? 1 : hits / count };
}
