import { growth } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { bytes, percent } from '../../domain/units.ts';
import clients from '../../probes/clients.ts';
import memory from '../../probes/memory.ts';
import { ignoresMaxmemory } from '../../probes/memory-config.ts';
import memoryStats from '../../probes/memory-stats.ts';
import stats from '../../probes/stats.ts';

const WARNING = 0.3;
const CRITICAL = 0.5;

/** A server this small is filled by the buffers that every server has. */
const WORTH_TELLING = 4 * 1024 * 1024;

/** What many well-behaved connections hold between them, each no more than this, matters only when memory runs short. */
const USUAL_PER_CLIENT = 200 * 1024;
const SHORT_OF_MEMORY = 0.8;

const SHOWN = 3;

export default defineRule({
  scope: 'node',
  needs: { memory, memoryStats, stats, clients },
  explains: [
    'memory-near-maxmemory',
    'memory-over-limit-sustained',
    'oom-errors-despite-eviction',
    'oom-noeviction-writes-rejected',
    'oom-volatile-policy-nothing-to-evict',
    'eviction-active-cache-thrash',
    'eviction-of-durable-data',
    'memory-forecast-oom',
    'rss-near-memory-limit',
  ],
  tells: 'used_memory_overhead of INFO memory has grown, and used_memory_dataset has not.',
  more:
    'Buffers and caches of the server itself count against maxmemory, so they push data out or have writes refused, and evicting keys does not shrink them. ' +
    'Usually a client does not read its replies or sends huge commands, a replica is slow, or scripts are made up anew for each call. ' +
    'Look at the largest part below first; raising maxmemory only feeds it.',
  check({ memory: { now }, memoryStats, stats, clients }, { node, threshold }) {
    const { maxmemory, effective } = now;
    if (maxmemory === 0) return;
    const { parts, dataset } = memoryStats.now;
    const overhead = parts.reduce((sum, part) => sum + part.bytes, 0);
    const share = overhead / maxmemory;
    const evicted = growth(stats, (sample) => sample.evicted_keys) ?? 0;
    const overData = evicted > 0 && overhead > dataset;
    const warning = threshold('warning', WARNING);
    if (overhead < WORTH_TELLING || (share < warning && !overData)) return;
    if (ignoresMaxmemory(node)) return;
    const isShort = evicted > 0 || effective >= SHORT_OF_MEMORY * maxmemory;
    const [largest] = parts;
    const isUsual =
      largest?.name === 'clients.normal' && largest.bytes <= USUAL_PER_CLIENT * clients.now.connected_clients;
    const severity = share >= threshold('critical', CRITICAL) || overData ? 'critical' : 'warning';
    return {
      severity: isUsual && !isShort ? 'info' : severity,
      headline: `${percent(share)} of maxmemory are buffers and caches, not data: ${bytes(overhead)} of ${bytes(maxmemory)}, most of it ${largest?.name}`,
      evidence: [
        ...parts.slice(0, SHOWN).map((part) => ({
          field: `memory stats ${part.name}`,
          value: String(part.bytes),
          expected: `all parts < ${Math.floor(warning * maxmemory)}`,
        })),
        { field: 'memory stats dataset.bytes', value: String(dataset), expected: 'most of maxmemory' },
        { field: 'evicted_keys', value: `+${evicted}`, expected: '+0 while data is not what fills memory' },
      ],
    };
  },
});
