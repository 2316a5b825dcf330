import { defineInfoProbe } from '../domain/probe.ts';

/** Snapshots, the append-only file and loading, as the server reports them. Seconds and bytes; -1 means not since start. */
export default defineInfoProbe({
  loading: 'number',
  async_loading: 'number?',
  loading_loaded_perc: 'number?',
  loading_eta_seconds: 'number?',
  rdb_changes_since_last_save: 'number',
  rdb_bgsave_in_progress: 'number',
  rdb_last_save_time: 'number',
  rdb_last_bgsave_status: 'text',
  rdb_last_bgsave_time_sec: 'number',
  rdb_current_bgsave_time_sec: 'number?',
  rdb_last_cow_size: 'number?',
  rdb_saves: 'number?',
  current_cow_size: 'number?',
  current_cow_peak: 'number?',
  aof_enabled: 'number',
  aof_rewrite_in_progress: 'number',
  aof_last_rewrite_time_sec: 'number?',
  aof_last_bgrewrite_status: 'text?',
  aof_last_write_status: 'text?',
  aof_last_cow_size: 'number?',
  aof_current_size: 'number?',
  aof_base_size: 'number?',
  aof_delayed_fsync: 'number?',
});
