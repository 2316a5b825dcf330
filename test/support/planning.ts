import type { Action, Plan, Refusal } from '../../src/domain/action.ts';
import { printCommand } from '../../src/domain/command.ts';
import type { ServerIdentity } from '../../src/domain/server.ts';
import { readNodes, type Snapshot } from '../../src/domain/snapshot.ts';
import type { Target } from '../../src/domain/target.ts';
import clientList, { type Client } from '../../src/probes/client-list.ts';
import clientCounts from '../../src/probes/clients.ts';
import clock from '../../src/probes/clock.ts';
import keyspace from '../../src/probes/keyspace.ts';
import memory from '../../src/probes/memory.ts';
import memoryConfig from '../../src/probes/memory-config.ts';
import persistence from '../../src/probes/persistence.ts';
import persistenceConfig from '../../src/probes/persistence-config.ts';
import replication from '../../src/probes/replication.ts';
import replicationConfig from '../../src/probes/replication-config.ts';
import server from '../../src/probes/server.ts';
import stats from '../../src/probes/stats.ts';
import { type ReadSketch, type SceneSketch, saw, scene, type Told } from './scene.ts';

export const MIB = 1024 * 1024;
export const GIB = 1024 * MIB;
export const PRIMARY = '10.0.0.1:6379';
export const REPLICA = '10.0.0.2:6379';

const HISTORY = 'a'.repeat(40);

type Fields = Readonly<Record<string, unknown>>;

/** Over the readings of a calm server: 1 GiB of 2 GiB used, 16 GiB of RAM, a little written. */
export interface Over {
  memory?: Fields;
  memoryConfig?: Fields;
  persistence?: Fields;
  persistenceConfig?: Fields;
  replication?: Fields;
  replicationConfig?: Fields;
  keyspace?: Fields;
  server?: Fields;
  stats?: Fields;
  clients?: readonly Client[];
  identity?: Partial<ServerIdentity>;
  /** Readings beside these, or in place of them. */
  more?: readonly Told[];
  /** Bytes written per second of the stream. */
  written?: number;
  /** One look only, without a sample before. */
  single?: boolean;
}

const LIMIT = 'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60';
const SECONDS = 2;

function readings(over: Over, link: Fields): Told[] {
  const stream = {
    connected_slaves: 0,
    replicas: [],
    master_replid: HISTORY,
    master_replid2: '0'.repeat(40),
    master_repl_offset: 10 * MIB,
    repl_backlog_active: 1,
    repl_backlog_first_byte_offset: 9 * MIB,
    repl_backlog_histlen: MIB,
    repl_backlog_size: MIB,
    ...link,
    ...over.replication,
  };
  const before = { ...stream, master_repl_offset: stream.master_repl_offset - (over.written ?? 0) * SECONDS };
  return [
    saw(memory, {
      used_memory: GIB,
      used_memory_rss: GIB,
      used_memory_dataset: GIB,
      effective: GIB,
      total_system_memory: 16 * GIB,
      maxmemory: 2 * GIB,
      maxmemory_policy: 'noeviction',
      ...over.memoryConfig,
      ...over.memory,
    }),
    saw(memoryConfig, {
      maxmemory: 2 * GIB,
      maxmemory_policy: 'noeviction',
      client_output_buffer_limit: LIMIT,
      ...over.memoryConfig,
    }),
    saw(persistence, {
      rdb_bgsave_in_progress: 0,
      aof_rewrite_in_progress: 0,
      rdb_last_bgsave_status: 'ok',
      failed_writes: 0,
      rdb_last_bgsave_time_sec: 10,
      rdb_last_cow_size: 100 * MIB,
      rdb_changes_since_last_save: 42,
      rdb_last_save_time: 1000,
      ...over.persistence,
    }),
    saw(persistenceConfig, {
      save: '3600 1',
      appendonly: 'no',
      appendfsync: 'everysec',
      stop_writes_on_bgsave_error: 'yes',
      replica_ignore_disk_write_errors: 'no',
      ...over.persistenceConfig,
    }),
    over.single ? saw(replication, stream) : saw(replication, stream, before),
    saw(replicationConfig, {
      repl_backlog_size: MIB,
      client_output_buffer_limit: LIMIT,
      min_replicas_to_write: 0,
      min_replicas_max_lag: 10,
      ...over.replicationConfig,
    }),
    saw(keyspace, { keys: 1000, expires: 0, ...over.keyspace }),
    saw(server, { run_id: 'r1', uptime_in_seconds: 9999, config_file: '/etc/redis.conf', ...over.server }),
    saw(stats, { instantaneous_ops_per_sec: 100, latest_fork_usec: 4200, ...over.stats }),
    saw(clock, { epochSeconds: 4600 }),
    saw(clientList, over.clients ?? []),
    saw(clientCounts, { connected_clients: 12 }),
    ...(over.more ?? []),
  ];
}

export function primary(over: Over = {}): ReadSketch {
  return {
    name: PRIMARY,
    seconds: SECONDS,
    readings: readings(over, { role: 'master' }),
    ...(over.identity && { identity: over.identity }),
  };
}

export function replica(over: Over = {}, name = REPLICA): ReadSketch {
  const link = {
    role: 'slave',
    master_host: '10.0.0.1',
    master_port: 6379,
    master_link_status: 'up',
    slave_repl_offset: 10 * MIB,
  };
  return {
    name,
    role: 'replica',
    seconds: SECONDS,
    readings: readings(over, link),
    identity: { primary: { host: '10.0.0.1', port: 6379 }, ...over.identity },
  };
}

export function group(nodes: SceneSketch['nodes'], target: Partial<Target> = {}): Snapshot {
  return scene({ nodes, target });
}

/** Plans an action on one of the nodes that were read, the first when not said. */
function plan(action: Action, snapshot: Snapshot, args: unknown = {}, at = 0): Plan<unknown> | Refusal {
  const node = readNodes(snapshot)[at];
  if (!node) throw new Error('no such node');
  return action.plan(args, snapshot, node);
}

/** The plan, or the reason of the refusal as an error. */
export function mustPlan(action: Action, snapshot: Snapshot, args: unknown = {}, at = 0): Plan<unknown> {
  const planned = plan(action, snapshot, args, at);
  if ('refused' in planned) throw new Error(`refused: ${planned.refused}`);
  return planned;
}

/** `10.0.0.1:6379> CONFIG SET maxmemory 1`, one a command. */
export function lines(commands: Plan<unknown>['undo']): string[] {
  return typeof commands === 'string' ? [commands] : commands.map(({ node, argv }) => `${node}> ${printCommand(argv)}`);
}

/** The reason of the refusal, or nothing. */
export function refusal(action: Action, snapshot: Snapshot, args: unknown = {}, at = 0): string {
  const planned = plan(action, snapshot, args, at);
  return 'refused' in planned ? planned.refused : '';
}
