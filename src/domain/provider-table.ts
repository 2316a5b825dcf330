import type { Info } from './info.ts';

/** What a command is about, and so where its work is done when the service keeps the command for itself. */
export const TOPICS = ['settings', 'snapshots', 'topology', 'users', 'upkeep'] as const;
export type Topic = (typeof TOPICS)[number];

/** A service that runs Redis or Valkey for its customers and keeps some commands for itself. */
export interface Provider {
  name: string;
  /** The names of its endpoints; absent where they have none of their own. */
  hosts?: RegExp;
  /** What its INFO says and nobody else's does. */
  tells?: (info: Info) => string | undefined;
  /** Commands that it refuses, in lower case: a whole command or one subcommand. */
  withholds: readonly string[];
  /** Where that is done instead. */
  instead: Readonly<Record<Topic, string>>;
}

const EVERYWHERE = ['bgrewriteaof', 'bgsave', 'debug', 'migrate', 'psync', 'replicaof', 'save', 'shutdown'];
const OLD_NAMES = ['slaveof', 'sync'];
const CLUSTER_CHANGES = (
  'addslots addslotsrange bumpepoch delslots delslotsrange failover flushslots forget meet replicate reset ' +
  'set-config-epoch setslot'
)
  .split(' ')
  .map((word) => `cluster|${word}`);
const AWS = [
  ...'acl|deluser acl|load acl|save acl|setuser cluster|links config failover module'.split(' '),
  ...EVERYWHERE,
  ...OLD_NAMES,
  ...CLUSTER_CHANGES,
];

const enterprise = (where: string): Provider['instead'] => ({
  settings: `edit the database in ${where}: memory size, eviction policy and persistence are its properties`,
  snapshots: `set the persistence and the backups of the database in ${where}`,
  topology: `replication and failover belong to the service: ${where} shows the state of the shards`,
  users: `make roles and users in ${where} (data access control)`,
  upkeep: `look at the logs and alerts in ${where}, or ask Redis support`,
});

/** The services that can be told apart; `targets.<name>.managed_by` names one where nothing shows it. */
export const PROVIDERS = {
  elasticache: {
    name: 'Amazon ElastiCache',
    hosts: /\.(?:cache\.amazonaws\.com|cache\.amazonaws\.com\.cn)$/,
    tells: (info) => os(info, 'Amazon ElastiCache'),
    withholds: AWS,
    instead: {
      settings: 'change the parameter in the parameter group of the cluster (modify-cache-parameter-group)',
      snapshots: 'take a backup of the cluster (create-snapshot), or set its backup window',
      topology: 'fail over with "Failover primary" (test-failover), and add or reboot nodes in the console',
      users: 'change the user or its user group (modify-user with an access string)',
      upkeep: 'look at the CloudWatch metrics, the slow-log delivery and the events of the cluster, or ask AWS support',
    },
  },
  memorydb: {
    name: 'Amazon MemoryDB',
    hosts: /\.memorydb\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/,
    tells: (info) => os(info, 'Amazon MemoryDB'),
    withholds: ['acl|log', ...AWS],
    instead: {
      settings: 'change the parameter in the parameter group of the cluster (memorydb update-parameter-group)',
      snapshots:
        'take a snapshot of the cluster (memorydb create-snapshot); its transaction log keeps every write anyway',
      topology: 'fail over with memorydb failover-shard, and change replicas with update-cluster',
      users: 'change the user or its ACL (memorydb update-user with an access string)',
      upkeep: 'look at the CloudWatch metrics and the events of the cluster, or ask AWS support',
    },
  },
  'azure-cache': {
    name: 'Azure Cache for Redis',
    hosts: /\.(?:redis\.cache\.windows\.net|redis\.cache\.chinacloudapi\.cn|redis\.cache\.usgovcloudapi\.net)$/,
    withholds: ['acl', 'config', 'failover', ...EVERYWHERE, ...OLD_NAMES, ...CLUSTER_CHANGES],
    instead: {
      settings:
        'set it under "Advanced settings" of the cache (maxmemory-policy, maxmemory-reserved, notify-keyspace-events); maxmemory follows the size of the cache',
      snapshots: 'set "Data persistence" of the cache (Premium), or export it',
      topology: 'reboot the primary node under "Administration" to fail over; replicas follow the tier',
      users: 'use "Data Access Configuration" and the access keys of the cache',
      upkeep: 'look at the metrics and "Diagnose and solve problems" of the cache, or ask Azure support',
    },
  },
  'azure-managed': {
    name: 'Azure Managed Redis',
    hosts: /\.(?:redis\.azure\.net|redisenterprise\.cache\.azure\.net)$/,
    withholds: ['acl|setuser', 'acl|log', 'config|set', 'failover', 'lastsave', 'module', ...EVERYWHERE, ...OLD_NAMES],
    instead: enterprise('the Azure portal'),
  },
  memorystore: {
    name: 'Google Cloud Memorystore',
    withholds: ['acl', 'config', 'failover', 'lastsave', 'module', 'monitor', ...EVERYWHERE, ...OLD_NAMES],
    instead: {
      settings: 'change the parameter of the instance (gcloud redis instances update --update-redis-config)',
      snapshots: 'export the instance or set its persistence and backups in the console',
      topology: 'fail over with gcloud redis instances failover; replicas are set on the instance',
      users: 'use AUTH or IAM authentication of the instance',
      upkeep: 'look at Cloud Monitoring for the instance, or ask Google Cloud support',
    },
  },
  aiven: {
    name: 'Aiven',
    hosts: /\.aivencloud\.com$/,
    withholds: [...'acl cluster command config failover lastsave monitor'.split(' '), ...EVERYWHERE, 'slaveof'],
    instead: {
      settings: 'change the advanced configuration of the service (avn service update -c, or the console)',
      snapshots:
        'backups are taken by the service: see "Backups", and set its persistence in the advanced configuration',
      topology: 'nodes and failover belong to the plan of the service: change the plan, or power it off and on',
      users: 'change the users and their ACL in the console (avn service user-create)',
      upkeep: 'look at the metrics and logs of the service, or ask Aiven support',
    },
  },
  digitalocean: {
    name: 'DigitalOcean Managed Caching',
    hosts: /\.db\.ondigitalocean\.com$/,
    withholds: [...'acl cluster command config failover lastsave monitor'.split(' '), ...EVERYWHERE, 'slaveof'],
    instead: {
      settings: 'change it under "Settings" of the database cluster, or with doctl databases configuration update',
      snapshots: 'persistence is a setting of the database cluster; there are no snapshots to take by hand',
      topology: 'standby nodes and failover belong to the plan: resize the database cluster',
      users: 'change users under "Users & Databases" of the database cluster',
      upkeep: 'look at "Insights" and "Logs" of the database cluster, or ask DigitalOcean support',
    },
  },
  upstash: {
    name: 'Upstash',
    hosts: /\.upstash\.io$/,
    tells: (info) => field(info, 'upstash_version'),
    withholds: ['config', 'failover', 'latency', 'module', 'slowlog', ...EVERYWHERE, ...OLD_NAMES],
    instead: {
      settings: 'change the database in the Upstash console (eviction is a switch there); limits follow the plan',
      snapshots: 'every write is persisted by the service; take backups in the console',
      topology: 'replicas are read regions of the database: add or remove them in the console',
      users: 'use ACL SETUSER in the console’s CLI; it is kept at once',
      upkeep: 'look at the usage and the slow log in the console, or ask Upstash support',
    },
  },
  'redis-cloud': {
    name: 'Redis Cloud',
    hosts: /\.(?:redislabs\.com|redis-cloud\.com|cloud\.redis\.io|rlrcp\.com)$/,
    withholds: ['acl|setuser', 'acl|log', 'config|set', 'failover', 'lastsave', 'module', ...EVERYWHERE, ...OLD_NAMES],
    instead: enterprise('the Redis Cloud console'),
  },
  'redis-software': {
    name: 'Redis Software (Enterprise)',
    tells: (info) => field(info, 'rlec_version'),
    withholds: ['acl|setuser', 'acl|log', 'config|set', 'failover', 'lastsave', 'module', ...EVERYWHERE, ...OLD_NAMES],
    instead: enterprise('the Cluster Manager (or rladmin)'),
  },
  tair: {
    name: 'Alibaba Cloud Tair',
    hosts: /\.(?:rds\.aliyuncs\.com|kvstore\.aliyuncs\.com)$/,
    // CONFIG SET answers OK there and changes nothing.
    withholds: ['acl', 'config|set', 'failover', 'module', ...EVERYWHERE, ...OLD_NAMES],
    instead: {
      settings: 'change it under "Parameter Settings" of the instance: CONFIG SET answers OK there and changes nothing',
      snapshots: 'take a backup under "Backup and Recovery" of the instance',
      topology: 'switch primary and replica under "Service Availability" of the instance',
      users: 'change the accounts under "Account Management" of the instance',
      upkeep: 'look at CloudDBA (slow log, big keys, diagnostic reports) of the instance, or open a ticket',
    },
  },
  'oci-cache': {
    name: 'OCI Cache',
    hosts: /\.oci\.oraclecloud\.com$/,
    withholds: ['acl', 'cluster', 'config|set', 'failover', 'module', ...EVERYWHERE, 'sync'],
    instead: {
      settings: 'use a custom cache configuration for the cluster (OCI console, "Cache configurations")',
      snapshots: 'persistence belongs to the service: there are no snapshots to take by hand',
      topology: 'change the nodes and shards of the cluster in the OCI console',
      users: 'make OCI Cache users and attach them to the cluster',
      upkeep: 'look at the metrics of the cluster in the OCI console, or ask Oracle support',
    },
  },
} as const satisfies Readonly<Record<string, Provider>>;

function os(info: Info, name: string): string | undefined {
  return info.text('os') === name ? `os:${name}` : undefined;
}

function field(info: Info, name: string): string | undefined {
  const value = info.text(name);
  return value === undefined ? undefined : `${name}:${value}`;
}
