import { countWith, metricIn, type Scrape } from './metrics.ts';
import type { Signal } from './signal.ts';

/** What was scraped of one server, oldest first; the window of every alert holds all of it. */
export type History = readonly Scrape[];

/** A published alert rule on the metrics of redis_exporter. How long it must hold (`for:`) is waived. */
export interface Alert extends Signal {
  /** Of the servers of one deployment; an alert on a server fires when it does for any. */
  fires: (servers: readonly History[]) => boolean;
}

const DEAD_SERVER = ['dependency-unreachable', 'node-unreachable', 'node-hung', 'cluster-node-failed'];
const OF_DEAD_SERVERS = [
  'failover-stuck',
  'instance-loading',
  'sentinel-master-down',
  'sentinel-ckquorum-failed',
  'sentinel-stale-entries',
  'cluster-primary-without-replica',
  'replica-sync-stalled',
  'replica-output-buffer-near-limit',
  'replica-link-down',
];
const LOST_REPLICA = ['dependency-unreachable', 'cluster-primary-without-replica', 'dual-primary-split-brain'];
const LINK = ['replica-link-down', 'replica-never-synced', 'replica-sync-stalled', 'replica-serving-stale'];
const CLUSTER = ['cluster-state-fail', 'cluster-slots-uncovered', 'cluster-node-failed'];
const FULL = [
  'eviction-active-cache-thrash',
  'eviction-latency',
  'eviction-of-durable-data',
  'config-drift-group',
  'oom-errors-despite-eviction',
  'overhead-dominates-maxmemory',
  'client-output-buffer-bloat',
  'memory-over-limit-sustained',
];
const CROWD = ['idle-connection-leak', 'connection-churn', 'maxclients-near'];

const down = alert(
  'server down',
  { sees: OF_DEAD_SERVERS, names: DEAD_SERVER, passes: true },
  each('redis_up', (up) => up === 0),
);
const slotsFail = alert('slots fail', { sees: CLUSTER, passes: true }, each('redis_cluster_slots_fail', above(0)));
const slotsPfail = alert('slots pfail', { sees: CLUSTER, passes: true }, each('redis_cluster_slots_pfail', above(0)));
const clusterState = alert(
  'cluster state',
  { sees: CLUSTER, passes: true },
  each('redis_cluster_state', (ok) => ok === 0),
);
const systemMemory = alert(
  'system memory > 90 %',
  { sees: ['rss-near-memory-limit', 'maxmemory-unset', 'maxmemory-exceeds-host', 'cow-oom-risk'] },
  (servers) => servers.some((one) => shareOf(one, 'redis_memory_used_bytes', 'redis_total_system_memory_bytes') > 0.9),
);

/** The alerts of redis_exporter's own mixin. */
export const MIXIN: readonly Alert[] = [
  down,
  systemMemory,
  alert('clients > 100', { sees: CROWD }, each('redis_connected_clients', above(100))),
  slotsFail,
  slotsPfail,
  clusterState,
];

/** The alerts of awesome-prometheus-alerts for redis_exporter. */
export const AWESOME: readonly Alert[] = [
  down,
  alert(
    'no master',
    { sees: ['replication-loop', 'sentinel-master-down', 'instance-loading', ...DEAD_SERVER] },
    (servers) => masters(servers) < 1,
  ),
  alert(
    'more than one master',
    { sees: ['sentinel-disagreement'], names: ['dual-primary-split-brain'] },
    (servers) => masters(servers) > 1,
  ),
  alert('disconnected replicas', { sees: [...LINK, ...LOST_REPLICA], names: ['no-replicas-connected'] }, (servers) => {
    const counts = servers.flatMap((one) => metricIn(one.at(-1), 'redis_connected_slaves') ?? []);
    return counts.length - counts.reduce((sum, count) => sum + count, 0) - 1 > 0;
  }),
  alert('replica lost', { sees: [...LINK, ...LOST_REPLICA], names: ['no-replicas-connected'] }, (servers) =>
    servers.some((one) => (replicasOf(one).at(-1) ?? 0) < (replicasOf(one)[0] ?? 0)),
  ),
  clusterState,
  alert(
    'replica link down',
    { sees: [...LINK, ...LOST_REPLICA, 'replication-loop'], names: ['replica-link-down'], passes: true },
    each('redis_master_link_up', (up) => up === 0),
  ),
  slotsFail,
  systemMemory,
  alert('maxmemory > 90 %', { sees: FULL, names: ['memory-near-maxmemory'] }, (servers) =>
    servers.some((one) => shareOf(one, 'redis_memory_used_bytes', 'redis_memory_max_bytes') > 0.9),
  ),
  alert('replica flapping', { sees: [...LINK, 'replica-full-resync-loop'] }, (servers) =>
    servers.some((one) => replicasOf(one).filter((count, at, all) => at > 0 && count !== all[at - 1]).length > 1),
  ),
  alert('clients > 90 % of the limit', { sees: CROWD, names: ['maxclients-near'] }, (servers) =>
    servers.some((one) => shareOf(one, 'redis_connected_clients', 'redis_config_maxclients') > 0.9),
  ),
  alert(
    'fewer than 5 clients',
    {},
    each('redis_connected_clients', (clients) => clients < 5),
  ),
  alert('connections rejected', { sees: CROWD, names: ['connections-rejected'] }, (servers) =>
    servers.some((one) => growthOf(one, 'redis_rejected_connections_total') > 5),
  ),
  slotsPfail,
  alert('no backup for 48 h', { names: ['rdb-stale-save'] }, (servers) =>
    servers.some((one) => {
      const saved = metricIn(one.at(-1), 'redis_rdb_last_save_timestamp_seconds');
      return saved !== undefined && Date.now() / 1000 - saved > 48 * 3600;
    }),
  ),
];

/** It measures the size of the lab, where most servers have a client or two: it is in no column. */
export const OF_THE_LAB = 'fewer than 5 clients';

function alert(
  name: string,
  { sees = [], names = [], passes = false }: Partial<Omit<Signal, 'name'>>,
  fires: Alert['fires'],
): Alert {
  return { name, sees, names, passes, fires };
}

/** Fires when the newest value of this metric is so on any server. */
function each(metric: string, is: (value: number) => boolean): Alert['fires'] {
  return (servers) =>
    servers.some((one) => {
      const value = metricIn(one.at(-1), metric);
      return value !== undefined && is(value);
    });
}

function above(limit: number): (value: number) => boolean {
  return (value) => value > limit;
}

function masters(servers: readonly History[]): number {
  return servers.reduce((sum, one) => sum + countWith(one.at(-1), 'redis_instance_info', 'role', 'master'), 0);
}

/** 0 where either was not told, or there is no limit. */
function shareOf(server: History, part: string, whole: string): number {
  const limit = metricIn(server.at(-1), whole) ?? 0;
  return limit > 0 ? (metricIn(server.at(-1), part) ?? 0) / limit : 0;
}

/** Growth since the oldest scrape. */
function growthOf(server: History, metric: string): number {
  const values = told(server, metric);
  return (values.at(-1) ?? 0) - (values[0] ?? 0);
}

/** Replicas from when there were most: what went before is the set-up of the scenario. */
function replicasOf(server: History): number[] {
  const counts = told(server, 'redis_connected_slaves');
  return counts.slice(counts.indexOf(Math.max(...counts)));
}

function told(server: History, metric: string): number[] {
  return server.flatMap((scrape) => metricIn(scrape, metric) ?? []);
}
