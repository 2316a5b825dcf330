import type { Signal } from './signal.ts';

type Advice = Signal & { says: RegExp };

/** What MEMORY DOCTOR can say, by its headings. */
const MEMORY: readonly Advice[] = [
  { says: /Peak memory:/, name: 'peak memory', names: ['rss-retained-after-peak'], sees: [] },
  {
    says: /High total RSS:/,
    name: 'total RSS',
    names: [],
    sees: ['fragmentation-allocator-high', 'rss-retained-after-peak', 'lua-vm-memory-high'],
  },
  { says: /High allocator fragmentation:/, name: 'fragmentation', names: ['fragmentation-allocator-high'], sees: [] },
  { says: /High allocator RSS overhead:/, name: 'allocator RSS', names: ['rss-retained-after-peak'], sees: [] },
  {
    says: /High process RSS overhead:/,
    name: 'process RSS (scripts or modules)',
    names: ['lua-vm-memory-high', 'rss-overhead-nonallocator'],
    sees: [],
  },
  {
    says: /Big (slave|replica) buffers:/,
    name: 'replica buffers',
    names: ['replica-output-buffer-near-limit'],
    sees: ['overhead-dominates-maxmemory', 'dependency-unreachable'],
  },
  {
    says: /Big client buffers:/,
    name: 'client buffers',
    names: ['client-output-buffer-bloat', 'client-query-buffer-bloat', 'pubsub-slow-consumer'],
    sees: [
      'overhead-dominates-maxmemory',
      'oom-errors-despite-eviction',
      'client-eviction-active',
      'large-replies',
      'bulk-read-misuse',
    ],
  },
  { says: /Many scripts:/, name: 'cached scripts', names: ['script-cache-bloat'], sees: ['eval-inline-churn'] },
];

const SLOW = [
  'slow-commands-present',
  'dangerous-commands-in-use',
  'bulk-read-misuse',
  'command-latency-p99-high',
  'big-key',
  'big-key-delete-blocking',
  'engine-cpu-saturated',
  'lua-vm-memory-high',
  'large-replies',
];

/** What LATENCY DOCTOR can say, by the events that it has seen spikes of. */
const LATENCY: readonly Advice[] = [
  { says: /^\d+\. command:/m, name: 'slow commands', names: ['slow-commands-present'], sees: SLOW },
  {
    says: /large objects is a blocking operation/,
    name: 'large objects deleted',
    names: ['big-key-delete-blocking'],
    sees: ['big-key'],
  },
  {
    says: /^\d+\. fast-command:/m,
    name: 'fast commands',
    names: ['fast-command-spikes'],
    sees: ['engine-cpu-saturated'],
  },
  {
    says: /^\d+\. fork:/m,
    name: 'fork',
    names: ['fork-slow'],
    sees: ['rdb-save-too-frequent', 'aof-rewrite-too-frequent'],
  },
  {
    says: /^\d+\. (aof-|rdb-)/m,
    name: 'disk',
    names: ['aof-fsync-delayed', 'aof-fsync-always-slow'],
    sees: ['aof-write-error', 'aof-rewrite-failing', 'aof-rewrite-too-frequent', 'rdb-save-too-frequent'],
  },
  { says: /^\d+\. expire-(cycle|del):/m, name: 'expiry', names: ['expiry-storm'], sees: ['expire-backlog-stale'] },
  {
    says: /^\d+\. eviction-(cycle|del|lazyfree):/m,
    name: 'eviction',
    names: ['eviction-latency'],
    sees: ['eviction-active-cache-thrash', 'eviction-of-durable-data'],
  },
];

/** What a reply of MEMORY DOCTOR says beyond that all is well. */
export function readMemoryDoctor(reply: string): Signal[] {
  return readAdvice(MEMORY, reply);
}

/** Below 5 MB it does not look. */
export function isTooSmall(reply: string): boolean {
  return reply.includes('very little memory');
}

/** What a reply of LATENCY DOCTOR says beyond that there were no spikes. */
export function readLatencyDoctor(reply: string): Signal[] {
  return readAdvice(LATENCY, reply);
}

function readAdvice(all: readonly Advice[], reply: string): Signal[] {
  return all.filter(({ says }) => says.test(reply));
}
