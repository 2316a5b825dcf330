import type { Evidence } from '../../domain/finding.ts';
import { defineRule } from '../../domain/rule.ts';
import { type Testimony, testimonies } from '../../domain/sentinel.ts';
import { duration } from '../../domain/units.ts';
import sentinelMaster, { type MasterView } from '../../probes/sentinel-master.ts';
import sentinelReplicas from '../../probes/sentinel-replicas.ts';

/** Below this a fork or a slow command looks like a dead server; above, a dead one stays unnoticed for long. */
const SHORTEST_DOWN_AFTER_MS = 1000;
const LONGEST_DOWN_AFTER_MS = 60_000;
/** Below this a failover may be given up while a replica still copies. The default is 3 min. */
const SHORTEST_FAILOVER_MS = 10_000;

/** The settings of a watched master, by the name that Sentinel gives them. */
const SETTINGS = {
  'down-after-milliseconds': ({ downAfterMs }: MasterView) => downAfterMs,
  'failover-timeout': ({ failoverTimeoutMs }: MasterView) => failoverTimeoutMs,
  quorum: ({ quorum }: MasterView) => quorum,
} as const;

/** Timeouts of the Sentinels that people regret, or that differ from one Sentinel to the next. */
export default defineRule({
  scope: 'target',
  needs: { sentinelMaster },
  more:
    'These settings decide how fast a dead primary is noticed, how often a slow one is taken for dead, and how many ' +
    'replicas are away at once after a failover. Each Sentinel has its own copy: SENTINEL SET changes one only, so that it ' +
    'must be sent to all of them.',
  latent: true,
  explains: ['role-changed-recently'],
  check(_all, { snapshot }) {
    const told = testimonies(snapshot, sentinelMaster);
    const [first] = told;
    if (!first) return [];
    const replicas = Math.max(0, ...replicaCounts(snapshot));
    const evidence = [...unusual(first.now, replicas), ...differing(told)];
    const [oddest] = evidence;
    if (!oddest) return [];
    return [
      {
        node: snapshot.target.name,
        severity: 'info',
        headline: `${oddest.field} of the Sentinels is unusual: ${oddest.value}, expected ${oddest.expected}`,
        evidence,
      },
    ];
  },
});

function replicaCounts(snapshot: Parameters<typeof testimonies>[0]): number[] {
  return testimonies(snapshot, sentinelReplicas).map(({ now }) => now.length);
}

function unusual(view: MasterView, replicas: number): Evidence[] {
  const { downAfterMs, failoverTimeoutMs, parallelSyncs } = view;
  const found: Evidence[] = [];
  if (downAfterMs !== undefined && (downAfterMs < SHORTEST_DOWN_AFTER_MS || downAfterMs > LONGEST_DOWN_AFTER_MS)) {
    const expected = `${duration(SHORTEST_DOWN_AFTER_MS / 1000)} to ${duration(LONGEST_DOWN_AFTER_MS / 1000)}`;
    found.push({ field: 'down-after-milliseconds', value: `${downAfterMs} ms`, expected });
  }
  if (failoverTimeoutMs !== undefined && failoverTimeoutMs < SHORTEST_FAILOVER_MS) {
    const expected = `>= ${duration(SHORTEST_FAILOVER_MS / 1000)}, 3 min by default`;
    found.push({ field: 'failover-timeout', value: `${failoverTimeoutMs} ms`, expected });
  }
  // One replica is promoted; the others may all copy at once and serve nothing meanwhile.
  if (parallelSyncs !== undefined && parallelSyncs > 1 && replicas > 2 && parallelSyncs >= replicas - 1) {
    found.push({
      field: 'parallel-syncs',
      value: String(parallelSyncs),
      expected: `< ${replicas - 1}, the other replicas`,
    });
  }
  return found;
}

function differing(told: readonly Testimony<MasterView>[]): Evidence[] {
  return Object.entries(SETTINGS).flatMap(([field, read]) => {
    const values = told.map(({ now }) => read(now));
    if (new Set(values).size < 2) return [];
    return {
      field,
      value: told.map(({ by }, at) => `${values[at]} at ${by.name}`).join(', '),
      expected: 'the same everywhere',
    };
  });
}
