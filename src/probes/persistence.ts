import type { Info } from '../domain/info.ts';
import { defineInfoProbe } from '../domain/probe.ts';

/** Snapshots, the append-only file and loading, as the server reports them. Seconds and bytes; -1 means not since start. */
const told = defineInfoProbe(
  {
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
    current_save_keys_processed: 'number?',
    current_cow_size: 'number?',
    current_cow_peak: 'number?',
    aof_enabled: 'number',
    aof_rewrite_in_progress: 'number',
    aof_rewrite_scheduled: 'number?',
    aof_rewrites: 'number?',
    aof_rewrites_consecutive_failures: 'number?',
    aof_last_rewrite_time_sec: 'number?',
    aof_last_bgrewrite_status: 'text?',
    aof_last_write_status: 'text?',
    aof_last_cow_size: 'number?',
    aof_current_size: 'number?',
    aof_base_size: 'number?',
    aof_delayed_fsync: 'number?',
    aof_pending_bio_fsync: 'number?',
  },
  (info) => ({ failed_writes: failed(info) }),
);
const persistence: typeof told = { ...told, fields: { ...told.fields, failed_writes: 'number' } };
export default persistence;

/** Of the snapshot and the append-only file how many could not be written when it was last tried. */
function failed(info: Info): number {
  const snapshot = info.text('rdb_last_bgsave_status') === 'err';
  const appendOnly = info.number('aof_enabled') === 1 && info.text('aof_last_write_status') === 'err';
  return Number(snapshot) + Number(appendOnly);
}
