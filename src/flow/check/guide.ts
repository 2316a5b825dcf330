import type { Section } from '../../domain/readiness.ts';

/** A question of the production guide: the rules and figures that answer it together. */
export interface GuideRow {
  section: Section;
  title: string;
  rules: readonly string[];
  figures?: readonly string[];
}

/** By id; each answers one question that people ask before they trust a deployment with production. */
export const GUIDE: Readonly<Record<string, GuideRow>> = {
  'cache-avalanche': {
    section: 'Memory',
    title: 'Expiry and eviction do not send a wave of misses to the database',
    rules: ['expiry-storm', 'low-hit-ratio', 'eviction-active-cache-thrash'],
  },
  'loss-at-restart': {
    section: 'Persistence',
    title: 'A restart loses no more than the objective allows',
    rules: ['no-persistence-configured', 'rdb-only-large-rpo', 'rdb-stale-save'],
    figures: ['durability'],
  },
  'persistence-watched': {
    section: 'Recovery and monitoring',
    title: 'Somebody notices when persistence stops',
    rules: [],
    figures: ['watched'],
  },
  'restart-guard': {
    section: 'Recovery and monitoring',
    title: 'A restart right now would lose nothing',
    rules: ['shutdown-would-lose-data'],
  },
  backups: {
    section: 'Recovery and monitoring',
    title: 'There is a backup, recent enough, that is known to be good',
    rules: ['backup-missing', 'backup-stale', 'backup-unverified', 'keys-vanished'],
  },
  hardware: {
    section: 'Host and kernel',
    title: 'Memory, disk and network have room for the peak',
    rules: [
      'cow-oom-risk',
      'rss-near-memory-limit',
      'maxmemory-exceeds-host',
      'disk-latency-high',
      'disk-space-low',
      'network-saturated',
    ],
    figures: ['capacity', 'copy-on-write'],
  },
  kernel: {
    section: 'Host and kernel',
    title: 'The kernel is set up for a server that forks and serves many connections',
    rules: ['overcommit-disabled', 'somaxconn-low', 'tcp-backlog-capped', 'nofile-low', 'thp-active', 'swap-in-use'],
  },
  'basic-settings': {
    section: 'Configuration and version',
    title: 'The basic settings are deliberate',
    rules: ['maxmemory-unset', 'protected-mode-off', 'slowlog-misconfigured', 'hz-extreme', 'maxclients-near'],
    figures: ['basic-settings'],
  },
  access: {
    section: 'Security',
    title: 'Nobody reads, writes or administers who should not',
    rules: [
      'no-auth-exposed',
      'requirepass-ignored-by-aclfile',
      'default-user-overprivileged',
      'app-user-dangerous-perms',
      'tls-absent',
      'debug-or-protected-configs-enabled',
    ],
  },
  'service-unit': {
    section: 'Host and kernel',
    title: 'The service manager starts, stops and limits it rightly',
    rules: ['systemd-unit-misfit'],
  },
  durability: {
    section: 'Persistence',
    title: 'RDB and AOF are both used, and the AOF loads fast',
    rules: ['no-persistence-configured', 'aof-no-preamble'],
    figures: ['durability', 'load-time'],
  },
  'rdb-settings': {
    section: 'Persistence',
    title: 'Snapshots succeed, and a failure is seen',
    rules: ['misconf-writes-blocked', 'rdb-bgsave-failing', 'rdb-save-too-frequent', 'rdb-save-stuck'],
  },
  'aof-settings': {
    section: 'Persistence',
    title: 'The append-only file is written, synced and rewritten in time',
    rules: [
      'aof-write-error',
      'aof-rewrite-failing',
      'aof-size-runaway',
      'aof-rewrite-too-frequent',
      'aof-fsync-delayed',
      'aof-fsync-always-slow',
    ],
  },
  'memory-layout': {
    section: 'Memory',
    title: 'Keys are laid out economically',
    rules: ['small-key-overhead', 'fragmentation-allocator-high', 'encoding-limits-extreme', 'big-key'],
  },
  connections: {
    section: 'Clients and network',
    title: 'Connections are pooled, buffers are bounded',
    rules: [
      'client-output-buffer-bloat',
      'connection-churn',
      'idle-connection-leak',
      'maxclients-near',
      'replica-obl-config-too-small',
    ],
    figures: ['connection-pool'],
  },
  'command-use': {
    section: 'Commands and latency',
    title: 'Applications page, batch and unlink instead of walking everything at once',
    rules: ['dangerous-commands-in-use', 'bulk-read-misuse', 'no-pipelining', 'big-key-delete-blocking'],
  },
  scripts: {
    section: 'Commands and latency',
    title: 'Scripts are short and cached',
    rules: ['lua-script-blocking', 'slow-commands-present', 'eval-inline-churn', 'script-cache-bloat'],
  },
  'hot-keys': {
    section: 'Commands and latency',
    title: 'No single key or shard carries the load',
    rules: ['hot-key-suspected', 'cluster-imbalance'],
  },
  bandwidth: {
    section: 'Clients and network',
    title: 'The network carries the replies',
    rules: ['network-saturated', 'large-replies'],
  },
  'fresh-replicas': {
    section: 'Replication',
    title: 'Replicas serve fresh data',
    rules: ['replica-lag-bytes', 'replica-ack-lag', 'replica-serving-stale'],
  },
  'out-of-memory': {
    section: 'Memory',
    title: 'Writes are not refused for want of memory, now or soon',
    rules: [
      'oom-noeviction-writes-rejected',
      'oom-volatile-policy-nothing-to-evict',
      'oom-errors-despite-eviction',
      'memory-near-maxmemory',
      'memory-forecast-oom',
    ],
    figures: ['capacity'],
  },
  'replication-link': {
    section: 'Replication',
    title: 'A replica that was away catches up without a full copy',
    rules: [
      'replica-link-down',
      'replica-full-resync-loop',
      'repl-backlog-undersized',
      'repl-backlog-freed',
      'replica-obl-config-too-small',
    ],
  },
  'persistence-blocking': {
    section: 'Persistence',
    title: 'Forks and disk syncs do not hold clients up',
    rules: ['fork-slow', 'fork-failing', 'aof-fsync-delayed', 'rdb-save-stuck'],
  },
  recovery: {
    section: 'Recovery and monitoring',
    title: 'It is known how long a recovery takes',
    rules: [],
    figures: ['load-time'],
  },
  monitoring: {
    section: 'Recovery and monitoring',
    title: 'What is slow, and since when, is recorded',
    rules: ['latency-monitor-off', 'slowlog-misconfigured'],
    figures: ['watched'],
  },
};
