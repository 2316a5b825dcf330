import { commandLoad } from '../../domain/command-load.ts';
import type { Evidence } from '../../domain/finding.ts';
import { type MainThread, mainThread } from '../../domain/main-thread.ts';
import { defineRule, type Found } from '../../domain/rule.ts';
import { type ReadNode, readingIfAny, readNodes, type Snapshot } from '../../domain/snapshot.ts';
import { duration, percent } from '../../domain/units.ts';
import clientList from '../../probes/client-list.ts';
import clusterSlotStats from '../../probes/cluster-slot-stats.ts';
import commandStats from '../../probes/command-stats.ts';
import cpu from '../../probes/cpu.ts';
import hotKeys from '../../probes/hot-keys.ts';

/** Of a core: what one key costs, from which on it limits the whole server. */
const KEY_SHARE = 0.2;

/** A server below this has no key to fear; one above is looked at for what fills it. */
const BUSY = 0.5;
const FULL = 0.9;

/** The other shards, while one is full. */
const IDLE = 0.5;

/** Of the time of all commands. */
const DOMINANT = 0.8;

/** A count that ended longer ago than this is history. */
const RECENT_MS = 15 * 60 * 1000;

const NOT_COUNTED =
  'which keys take the time is not counted: HOTKEYS START (Redis 8.6 and newer, with a DURATION) or cluster-slot-stats-enabled (Valkey 8.0, Redis 8.2 and newer) tell';

export default defineRule({
  scope: 'node',
  needs: { cpu, commandStats },
  explains: ['engine-cpu-saturated', 'event-loop-saturated', 'network-saturated', 'cluster-imbalance'],
  tells:
    'commandstats shows very many cheap calls, and redis-cli --hotkeys (LFU policies) or the clients name one key for most of them.',
  more:
    'One key takes so much of the work that its server is full while others may be idle; more shards do not help, as a key lives on one. ' +
    'Usually a counter, a flag or a popular item that every request reads or writes. ' +
    'Cache it in the clients (CLIENT TRACKING), split it into several keys, or read it from replicas.',
  check({ cpu, commandStats }, { node, snapshot, threshold }) {
    const used = mainThread({ snapshot, node }, cpu);
    if (!used) return { unassessed: 'the time of the processor needs two samples to compare' };
    if (used.share < threshold('busy', BUSY)) return;
    const least = threshold('share', KEY_SHARE);
    const counted = fromSession(node, snapshot, used, least) ?? fromSlots(node, used, least);
    if (counted !== undefined) return counted.found;
    const [first] = commandLoad({ node: node.name, stats: commandStats })?.busiest ?? [];
    const all = commandStats.before && timeOfAll(commandStats.now.commands) - timeOfAll(commandStats.before.commands);
    const dominates = first && all ? (first.ms * 1000) / all : 0;
    if (used.share < FULL || !first || dominates < DOMINANT) return { unassessed: NOT_COUNTED };
    const name = first.command.toUpperCase();
    const shards = otherShards(node, snapshot);
    if (shards.length === 0 || shards.some((share) => share >= IDLE)) {
      return {
        unassessed: `${name} alone fills the main thread, so that one key may be behind it, but ${NOT_COUNTED}`,
      };
    }
    return {
      severity: 'high',
      headline: `This shard is full (${percent(used.share)} of a core) with ${name}, while the others use no more than ${percent(Math.max(...shards))}`,
      evidence: [
        {
          field: `cmdstat_${first.command}`,
          value: `${percent(dominates)} of the time of all commands`,
          expected: `< ${percent(DOMINANT)}`,
        },
        ...mostActive(node),
      ],
    };
  },
});

/** `found` is undefined where it was counted and no key is hot. */
interface Counted {
  found: Found | undefined;
}

/** What HOTKEYS counted, where somebody has it running or has just stopped it; undefined when nobody has. */
function fromSession(node: ReadNode, snapshot: Snapshot, used: MainThread, least: number): Counted | undefined {
  const session = readingIfAny(node, hotKeys)?.now.session;
  if (!session || snapshot.takenAt - session.startedAt - session.durationMs > RECENT_MS) return undefined;
  const [cpuShare = 0, netShare = 0] = [session.cpuShares?.[0], session.netShares?.[0]];
  // All keys together are 100 % of the commands, however little those are: what counts is the share of the core.
  const hottest = Math.max(cpuShare, netShare) * used.share;
  if (hottest < least) return { found: undefined };
  return {
    found: {
      severity: 'high',
      headline: `One key takes ${percent(Math.max(cpuShare, netShare))} of the work of this server, which uses ${percent(used.share)} of a core`,
      evidence: [
        {
          field: 'HOTKEYS by-cpu-time-us',
          value: percent(cpuShare),
          expected: `< ${percent(least)} (HOTKEYS GET names the key)`,
        },
        { field: 'HOTKEYS by-net-bytes', value: percent(netShare), expected: `< ${percent(least)}` },
        {
          field: 'HOTKEYS collection-duration-ms',
          value: duration(session.durationMs / 1000),
          expected: 'for comparison',
        },
      ],
    },
  };
}

/** What a cluster counts by slot, since it began to: a slot may hold more than one key, but those stay together. */
function fromSlots(node: ReadNode, used: MainThread, least: number): Counted | undefined {
  const counted = (readingIfAny(node, clusterSlotStats)?.now.slots ?? []).flatMap(({ slot, keys, cpuMicroseconds }) =>
    cpuMicroseconds === undefined ? [] : [{ slot, keys, usec: cpuMicroseconds }],
  );
  const total = counted.reduce((sum, { usec }) => sum + usec, 0);
  const [first] = counted.toSorted((one, other) => other.usec - one.usec);
  if (!first || total === 0) return undefined;
  const share = first.usec / total;
  if (share * used.share < least) return { found: undefined };
  return {
    found: {
      severity: 'warning',
      headline: `Slot ${first.slot} takes ${percent(share)} of the work of this server, which uses ${percent(used.share)} of a core`,
      evidence: [
        {
          field: `cpu-usec of slot ${first.slot}`,
          value: `${percent(share)} of all slots`,
          expected: `< ${percent(least)}`,
        },
        { field: `key-count of slot ${first.slot}`, value: String(first.keys), expected: 'for comparison' },
      ],
    },
  };
}

function otherShards(node: ReadNode, snapshot: Snapshot): number[] {
  if (node.identity.mode !== 'cluster') return [];
  return readNodes(snapshot)
    .filter((other) => other !== node && other.identity.role === 'primary')
    .flatMap((other) => {
      const times = readingIfAny(other, cpu);
      return (times && mainThread({ snapshot, node: other }, times)?.share) ?? [];
    });
}

/** The connection with the most commands for the time that it has been there, where that is counted. */
function mostActive(node: ReadNode): Evidence[] {
  const counted = (readingIfAny(node, clientList)?.now ?? []).flatMap(({ commands, age, id }) =>
    commands === undefined ? [] : [{ id, rate: commands / Math.max(1, age) }],
  );
  const total = counted.reduce((sum, { rate }) => sum + rate, 0);
  const [most] = counted.toSorted((one, other) => other.rate - one.rate);
  if (!most || total === 0) return [];
  return [
    {
      field: `client id=${most.id} tot-cmds`,
      value: `${percent(most.rate / total)} of all commands`,
      expected: 'for comparison',
    },
  ];
}

function timeOfAll(commands: ReadonlyMap<string, { usec: number }>): number {
  return [...commands.values()].reduce((sum, { usec }) => sum + usec, 0);
}
