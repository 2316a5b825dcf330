/**
 * The fields of INFO that `watch` keeps of each server for trends and baselines, with what each is for. Another field
 * costs about 1.5 KB a day and server, so one that only the newest sample needs is not here.
 */
const FIELDS = {
  used_memory: 'time to the limit, growth after a deploy',
  used_memory_rss: 'time to the limit of the host or the container',
  mem_not_counted_for_evict: 'what eviction compares with maxmemory is used_memory less this',
  maxmemory: 'a limit that was moved explains a step in everything else',
  mem_clients_normal: 'whether clients or data grow',
  mem_overhead_db_hashtable_rehashing: 'a step that is not growth: the table of the keys is being doubled',
  lazyfree_pending_objects: 'memory that is being given back and is not growth',

  connected_clients: 'leaks of connections; sustained nearness to maxclients',
  blocked_clients: 'how many workers usually wait',

  total_commands_processed: 'usual load; errors and connections as a share of it',
  total_connections_received: 'usual churn',
  total_error_replies: 'usual errors',
  rejected_connections: 'refusals since the last look',
  evicted_keys: 'usual evictions',
  expired_keys: 'usual expiry, so that a storm is seen',
  keyspace_hits: 'usual hit ratio',
  keyspace_misses: 'usual hit ratio',
  total_net_input_bytes: 'usual traffic',
  total_net_output_bytes: 'usual traffic',
  acl_access_denied_auth: 'failed logins over minutes',

  used_cpu_user: 'load that lasts, where the main thread is not told apart',
  used_cpu_sys: 'load that lasts, where the main thread is not told apart',
  used_cpu_user_main_thread: 'load of the one core that runs commands',
  used_cpu_sys_main_thread: 'load of the one core that runs commands',
  eventloop_duration_sum: 'how busy the event loop was, over several samples',

  master_repl_offset: 'peak of the replication stream, for the size of the backlog',
  connected_slaves: 'replicas that come and go',
  sync_full: 'full syncs in ten minutes: a loop',
  sync_partial_err: 'resyncs that could not be partial',
  master_sync_in_progress: 'a replica that syncs again and again',

  rdb_changes_since_last_save: 'what a crash would lose, at its worst',
  rdb_last_save_time: 'how often snapshots are really taken',
  aof_current_size: 'growth of the append-only file',
  aof_rewrites: 'rewrites of the append-only file in an hour: too many',
  aof_delayed_fsync: 'fsyncs that were late, over minutes',
  latest_fork_usec: 'forks that get slower as the data grows',
  uptime_in_seconds: 'restarts',
} as const;

export const KEPT_FIELDS: readonly string[] = Object.keys(FIELDS);
