import { rate } from '../../domain/probe.ts';
import { defineRule } from '../../domain/rule.ts';
import { type ReadNode, readingIfAny } from '../../domain/snapshot.ts';
import { loadSeverity, SHORTEST_PAIR, sustained } from '../../domain/sustained.ts';
import { bitRate, duration, percent } from '../../domain/units.ts';
import hostNetwork from '../../probes/host-network.ts';
import stats from '../../probes/stats.ts';

/** Of what the network can carry. */
const WARNING = 0.7;
const CRITICAL = 0.9;

/** No network that a server stands on is full of this. Bits a second. */
const HARMLESS = 10e6;

const LIMIT_UNKNOWN =
  'what the network can carry is not known, and virtual machines do not tell: give network_limit of the target in medic.yml (what the instance type is given)';

/** Each direction has the whole rate for itself. The counters include what goes to replicas. */
const DIRECTIONS = [
  ['sends', 'total_net_output_bytes'],
  ['receives', 'total_net_input_bytes'],
] as const;

export default defineRule({
  scope: 'node',
  needs: { stats },
  more:
    'The network of the server is nearly full, so that replies, replicas and health checks wait for each other, whatever the processor does. ' +
    'Usually large values are read again and again, or a replica is fed while traffic is high. ' +
    'Find the large replies, compress or split the values, cache them in the clients, and spread reads over replicas.',
  explains: [
    'replica-ack-lag',
    'replica-lag-bytes',
    'replica-sync-stalled',
    'replica-link-down',
    'client-output-buffer-bloat',
  ],
  tells: 'sar -n DEV 1 shows the interface at its limit, and lag and breaks end when traffic falls.',
  check({ stats }, { node, snapshot, target, threshold }) {
    const [warning, critical] = [threshold('warning', WARNING), threshold('critical', CRITICAL)];
    const limit = target.networkBitsPerSecond ?? speedOf(node);
    const busiest = DIRECTIONS.flatMap(([verb, field]) => {
      const used = sustained({ snapshot, node }, stats, {
        of: (sample) => sample[field],
        fields: [field],
        perSecond: (limit ?? HARMLESS) / 8,
      });
      return used ? [{ verb, field, ...used }] : [];
    }).toSorted((one, other) => other.share - one.share)[0];
    if (!busiest) return { unassessed: 'traffic needs two samples to compare' };
    const { verb, field, share, seconds } = busiest;
    if (limit === undefined) return share < warning ? undefined : { unassessed: LIMIT_UNKNOWN };
    if (share < warning) return;
    if (seconds < SHORTEST_PAIR) return { unassessed: 'a second or more between the samples is needed' };
    const now = (rate(stats, (sample) => sample[field]) ?? 0) * 8;
    return {
      severity: loadSeverity(busiest, critical),
      headline: `The server ${verb} ${bitRate(now)}, ${percent(share)} of what its network carries, for ${duration(seconds)}`,
      evidence: [{ field, value: bitRate(now), expected: `< ${bitRate(warning * limit)} of ${bitRate(limit)}` }],
    };
  },
});

/** Of the interface that has sent the most, where its driver tells. */
function speedOf(node: ReadNode): number | undefined {
  const interfaces = readingIfAny(node, hostNetwork)?.now.interfaces ?? [];
  return interfaces.toSorted((one, other) => other.sent - one.sent)[0]?.speed;
}
