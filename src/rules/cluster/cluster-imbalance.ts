import { slotCount } from '../../domain/cluster.ts';
import type { Evidence } from '../../domain/finding.ts';
import { rate } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { type ReadNode, readingIfAny } from '../../domain/snapshot.ts';
import { bytes, percent } from '../../domain/units.ts';
import clusterNodes, { judgeCluster, type Sight } from '../../probes/cluster-nodes.ts';
import clusterSlotStats from '../../probes/cluster-slot-stats.ts';
import keyspace from '../../probes/keyspace.ts';
import memory from '../../probes/memory.ts';
import stats from '../../probes/stats.ts';

/** The fullest shard against the mean of all. */
const RATIO = 1.5;
/** With fewer keys chance alone makes shards uneven, and nothing is scarce. */
const FEWEST_KEYS = 100_000;
/** Below these means the base of a server outweighs its load. */
const LEAST_BYTES = 16 * 1024 * 1024;
const LEAST_COMMANDS = 1000;
/** One slot with so much of its node is a tenant behind a hash tag, which no rebalancing splits. */
const SLOT_SHARE = 0.2;

const FULL = [
  'memory-near-maxmemory',
  'memory-forecast-oom',
  'oom-noeviction-writes-rejected',
  'rss-near-memory-limit',
];
const BUSY = ['engine-cpu-saturated', 'event-loop-saturated'];

interface Measure {
  name: string;
  /** What a server suffers that has too much of it. */
  explains: readonly string[];
  least: number;
  of: (node: ReadNode) => number | undefined;
  shown: (value: number) => string;
}

const MEASURES: readonly Measure[] = [
  { name: 'keys', explains: FULL, least: 0, of: keysOf, shown: (value) => value.toLocaleString('en') },
  {
    name: 'memory',
    explains: FULL,
    least: LEAST_BYTES,
    of(node) {
      const now = readingIfAny(node, memory)?.now;
      return now && now.used_memory - (now.used_memory_startup ?? 0);
    },
    shown: bytes,
  },
  {
    name: 'commands per second',
    explains: BUSY,
    least: LEAST_COMMANDS,
    of(node) {
      const reading = readingIfAny(node, stats);
      return reading && rate(reading, ({ total_commands_processed }) => total_commands_processed);
    },
    shown: (value) => Math.round(value).toLocaleString('en'),
  },
];

/** One shard that holds or does much more than its share. */
export default defineRule({
  scope: 'target',
  needs: { clusterNodes, keyspace, memory, stats, clusterSlotStats },
  more:
    'The cluster is as big as its fullest shard: that one runs out of memory or CPU first while the others idle. Either it ' +
    'owns more slots than the others (redis-cli --cluster rebalance moves them), or a few hash tags or big keys gather in its ' +
    'slots, which only another key design spreads.',
  check: (_all, { snapshot, threshold }) =>
    judgeCluster(snapshot, (sights) => {
      const shards = sights.filter(({ view }) => view.myself.role === 'primary' && view.myself.slots.length > 0);
      const keys = shards.reduce((sum, { node }) => sum + (keysOf(node) ?? 0), 0);
      if (shards.length < 2 || keys <= threshold('fewestKeys', FEWEST_KEYS)) return [];
      const uneven = MEASURES.flatMap((measure) => unevenBy(measure, shards, threshold('ratio', RATIO)));
      const [worst] = uneven.toSorted((one, other) => other.ratio - one.ratio);
      if (!worst) return [];
      return [
        {
          node: worst.heaviest.node.name,
          severity: 'warning',
          headline: `${worst.heaviest.node.name} has ${worst.ratio.toFixed(1)} times its share of the ${worst.name} of ${shards.length} shards`,
          evidence: [
            ...uneven.map(({ evidence }) => evidence),
            {
              field: 'slots',
              value: String(slotCount(worst.heaviest.view.myself.slots)),
              expected: `about ${Math.round(shards.reduce((sum, { view }) => sum + slotCount(view.myself.slots), 0) / shards.length)}`,
            },
            ...heaviestSlot(worst.heaviest.node),
          ],
          explains: uneven.filter(({ heaviest }) => heaviest === worst.heaviest).flatMap(({ explains }) => explains),
        },
      ];
    }),
});

interface Uneven {
  name: string;
  explains: readonly string[];
  ratio: number;
  heaviest: Sight;
  evidence: Evidence;
}

function unevenBy({ name, explains, least, of, shown }: Measure, shards: readonly Sight[], most: number): Uneven[] {
  const loads = shards.flatMap((sight) => {
    const load = of(sight.node);
    return load === undefined ? [] : [{ sight, load }];
  });
  const [first] = loads.toSorted((one, other) => other.load - one.load);
  const mean = loads.reduce((sum, { load }) => sum + load, 0) / loads.length;
  if (!first || loads.length < shards.length || mean < least || mean <= 0 || first.load / mean <= most) return [];
  const evidence = {
    field: name,
    value: shown(first.load),
    expected: `<= ${shown(mean * most)}, the mean is ${shown(mean)}`,
  };
  return [{ name, explains, ratio: first.load / mean, heaviest: first.sight, evidence }];
}

function keysOf(node: ReadNode): number | undefined {
  return readingIfAny(node, keyspace)?.now.keys;
}

function heaviestSlot(node: ReadNode): Evidence[] {
  const slots = readingIfAny(node, clusterSlotStats)?.now.slots ?? [];
  const [first] = slots.toSorted((one, other) => other.keys - one.keys);
  const share = first ? first.keys / (keysOf(node) ?? Number.POSITIVE_INFINITY) : 0;
  if (!first || share < SLOT_SHARE) return [];
  return [
    {
      field: `keys of slot ${first.slot}`,
      value: percent(share),
      expected: `< ${percent(SLOT_SHARE)}: one hash tag, which stays together`,
    },
  ];
}
