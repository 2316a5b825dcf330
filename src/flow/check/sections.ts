import type { Section } from '../../domain/readiness.ts';

/** Family of rules -> section of the readiness report. */
const OF_FAMILY: Readonly<Record<string, Section>> = {
  memory: 'Memory',
  eviction: 'Memory',
  fragmentation: 'Memory',
  persistence: 'Persistence',
  replication: 'Replication',
  cluster: 'Cluster and Sentinel',
  sentinel: 'Cluster and Sentinel',
  commands: 'Commands and latency',
  clients: 'Clients and network',
  connection: 'Clients and network',
  network: 'Clients and network',
  security: 'Security',
  host: 'Host and kernel',
  config: 'Configuration and version',
};

export function sectionOf(id: string, family: string): Section {
  return OF_FAMILY[family] ?? (id.startsWith('cluster-') ? 'Cluster and Sentinel' : 'Configuration and version');
}

/** What passes or is merely so: told as info it is no failure of readiness. All other info is a setting to put right. */
const REMARKS: ReadonlySet<string> = new Set([
  'blocked-clients-high',
  'cluster-full-coverage-risk',
  'eviction-of-durable-data',
  'hashtable-rehash-spike',
  'instance-loading',
  'lazyfree-backlog',
  'managed-service-detected',
  'memory-forecast-oom',
  'memory-near-maxmemory',
  'modules-present',
  'multiple-logical-dbs',
  'queue-backlog-growing',
  'recent-restart',
  'replica-chain-deep',
  'replica-full-resync-loop',
  'replica-link-down',
  'replica-never-synced',
  'role-changed-recently',
  'rss-retained-after-peak',
  'slow-commands-present',
  'dangerous-commands-in-use',
]);

export function isRemark(id: string): boolean {
  return REMARKS.has(id);
}
