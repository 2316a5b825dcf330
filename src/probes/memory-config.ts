import { type Carried, largestCarried } from '../domain/largest-carried.ts';
import type { RoomFacts } from '../domain/maxmemory-room.ts';
import { replicaLimit } from '../domain/output-buffer.ts';
import { defineConfigProbe } from '../domain/probe.ts';
import {
  type ReadNode,
  readingIfAny,
  readingOf,
  readSentinels,
  replicasOf,
  type Snapshot,
} from '../domain/snapshot.ts';
import { nodeTimeoutMs } from './cluster-config.ts';
import memory from './memory.ts';
import persistence from './persistence.ts';
import replication from './replication.ts';
import sentinelMaster from './sentinel-master.ts';
import stats from './stats.ts';

const memoryConfig = defineConfigProbe({
  maxmemory: 'number',
  'maxmemory-policy': 'text',
  'maxmemory-eviction-tenacity': 'number?',
  'maxmemory-clients': 'text?',
  'client-output-buffer-limit': 'text?',
  'client-query-buffer-limit': 'number?',
  'proto-max-bulk-len': 'number?',
  'tracking-table-max-keys': 'number?',
  'replica-ignore-maxmemory': 'text?',
});
export default memoryConfig;

/** Replicas neither refuse writes nor evict unless told to (default yes). Throws NotAnswered when a replica's CONFIG is closed to us. */
export function ignoresMaxmemory(node: ReadNode): boolean {
  return node.identity.role === 'replica' && readingOf(node, memoryConfig).now.replica_ignore_maxmemory !== 'no';
}

/** What the ceiling of maxmemory is computed from, and the probes that tell it. Throws NotAnswered for what could not be read. */
export function roomFacts(node: ReadNode): RoomFacts {
  return {
    memory: readingOf(node, memory).now,
    fork: readingOf(node, persistence).now,
    link: readingOf(node, replication).now,
    outputBufferLimit: readingOf(node, memoryConfig).now.client_output_buffer_limit,
    commandsPerSecond: readingOf(node, stats).now.instantaneous_ops_per_sec,
  };
}
export const ROOM_NEEDS = [memory, memoryConfig, persistence, replication, stats];

/** How large a value is put into a server. Services that close CONFIG leave its limits at what they are everywhere. */
export function carriedTo(snapshot: Snapshot, node: ReadNode): Carried {
  const config = readingIfAny(node, memoryConfig)?.now;
  const waits = readSentinels(snapshot).flatMap((by) => readingIfAny(by, sentinelMaster)?.now.downAfterMs ?? []);
  const patience = [...waits, ...(node.identity.mode === 'cluster' ? [nodeTimeoutMs(snapshot)] : [])];
  return largestCarried({
    version: node.identity.version,
    bulk: config?.proto_max_bulk_len,
    query: config?.client_query_buffer_limit,
    replicas:
      replicasOf(snapshot, node).length > 0
        ? {
            limit: replicaLimit(config?.client_output_buffer_limit ?? ''),
            backlog: readingIfAny(node, replication)?.now.repl_backlog_size,
          }
        : undefined,
    patienceMs: patience.length > 0 ? Math.min(...patience) : undefined,
  });
}
