import { defineConfigProbe } from '../domain/probe.ts';
import { type ReadNode, readingOf } from '../domain/snapshot.ts';

const memoryConfig = defineConfigProbe({
  maxmemory: 'number',
  'maxmemory-policy': 'text',
  'maxmemory-eviction-tenacity': 'number?',
  'maxmemory-clients': 'text?',
  'client-output-buffer-limit': 'text?',
  'tracking-table-max-keys': 'number?',
  'replica-ignore-maxmemory': 'text?',
});
export default memoryConfig;

/** Replicas neither refuse writes nor evict unless told to (default yes). Throws NotAnswered when a replica's CONFIG is closed to us. */
export function ignoresMaxmemory(node: ReadNode): boolean {
  return node.identity.role === 'replica' && readingOf(node, memoryConfig).now.replica_ignore_maxmemory !== 'no';
}
