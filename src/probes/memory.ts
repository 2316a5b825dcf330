import { defineInfoProbe } from '../domain/probe.ts';

/** What memory is used for and what limits it. Bytes, but for the ratios. */
export default defineInfoProbe(
  {
    used_memory: 'number',
    used_memory_rss: 'number',
    used_memory_peak: 'number',
    used_memory_overhead: 'number?',
    used_memory_startup: 'number?',
    used_memory_dataset: 'number?',
    total_system_memory: 'number?',
    maxmemory: 'number',
    maxmemory_policy: 'text',
    mem_not_counted_for_evict: 'number?',
    mem_clients_normal: 'number?',
    mem_clients_slaves: 'number?',
    mem_replication_backlog: 'number?',
    mem_total_replication_buffers: 'number?',
    mem_overhead_db_hashtable_rehashing: 'number?',
    allocator_allocated: 'number?',
    allocator_active: 'number?',
    allocator_frag_ratio: 'number?',
    allocator_frag_bytes: 'number?',
    allocator_rss_ratio: 'number?',
    allocator_rss_bytes: 'number?',
    rss_overhead_ratio: 'number?',
    rss_overhead_bytes: 'number?',
    mem_fragmentation_ratio: 'number?',
    mem_allocator: 'text?',
    active_defrag_running: 'number?',
    lazyfree_pending_objects: 'number?',
    number_of_cached_scripts: 'number?',
    used_memory_scripts: 'number?',
    used_memory_lua: 'number?',
    used_memory_vm_total: 'number?',
    current_eviction_exceeded_time: 'number?',
    total_eviction_exceeded_time: 'number?',
  },
  (info) => ({
    /** What eviction compares with maxmemory: used_memory less the buffers that do not count (evict.c). */
    effective: (info.number('used_memory') ?? 0) - (info.number('mem_not_counted_for_evict') ?? 0),
  }),
);
