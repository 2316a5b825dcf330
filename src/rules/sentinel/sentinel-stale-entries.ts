import { defineRule, type Found } from '../../domain/rule.ts';
import { nameOf, type Testimony, testimonies } from '../../domain/sentinel.ts';
import { nodeAt, nodeNamed, type Snapshot } from '../../domain/snapshot.ts';
import { type Address, nodeName } from '../../domain/target.ts';
import { duration } from '../../domain/units.ts';
import sentinelPeers from '../../probes/sentinel-peers.ts';
import sentinelReplicas from '../../probes/sentinel-replicas.ts';

/** A server or Sentinel on a Sentinel's list. */
interface Listed {
  by: string;
  /** What it goes by here: the name of its node. */
  name: string;
  flags: readonly string[];
  downMs: number | undefined;
}

/** Sentinels and replicas that are gone but still on the Sentinels' lists, where dead Sentinels count as voters. */
export default defineRule({
  scope: 'target',
  needs: { sentinelPeers, sentinelReplicas },
  more:
    'The Sentinels never forget by themselves: a Sentinel that is gone for good raises the majority that a failover needs, ' +
    'and a replica that is gone is tried again and again. Bring it back if it should be there. If not, let them forget: ' +
    'SENTINEL RESET <master> on one Sentinel after the other, at least 30 s apart, while the primary is up and no failover runs.',
  explains: ['sentinel-ckquorum-failed'],
  check(_all, { snapshot }) {
    const told = testimonies(snapshot, sentinelPeers);
    const alive = new Set(told.map(({ now }) => now.id));
    const sentinels = told.flatMap(({ by, now }) =>
      now.peers
        .filter(({ id }) => !alive.has(id))
        .map((peer) => listed(by.name, sentinelName(snapshot, peer.address), peer)),
    );
    const replicas = testimonies(snapshot, sentinelReplicas).flatMap((one) =>
      one.now.map((replica) => listed(one.by.name, replicaName(snapshot, one, replica), replica)),
    );
    const voters = Math.max(0, ...told.map(({ now }) => now.peers.length + 1));
    return [
      ...gone(
        sentinels,
        (since) => `A Sentinel that has been down for ${since} still counts as one of ${voters} voters`,
      ),
      ...gone(
        replicas.filter(({ name }) => nodeNamed(snapshot, name)?.kind !== 'read'),
        (since) => `A replica that has been down for ${since} is still on the Sentinels' lists`,
      ),
    ];
  },
});

function listed(by: string, name: string, { flags, downMs }: Pick<Listed, 'flags' | 'downMs'>): Listed {
  return { by, name, flags, downMs };
}

function sentinelName({ sentinels }: Snapshot, address: Address | undefined): string {
  if (!address) return 'unknown';
  return nodeAt({ nodes: sentinels }, address)?.name ?? nodeName(address);
}

function replicaName(
  snapshot: Snapshot,
  { by }: Testimony<unknown>,
  replica: { name: string; address: Address | undefined },
): string {
  return replica.address ? nameOf(snapshot, by, replica.address) : replica.name;
}

/** Those that everybody who lists them counts as down: what only some cannot see is cut off from these. */
function gone(all: readonly Listed[], headline: (since: string) => string): (Found & { node: string })[] {
  return [...Map.groupBy(all, ({ name }) => name)]
    .filter(([, entries]) => entries.every(({ flags }) => flags.includes('s_down')))
    .map(([name, entries]) => ({
      node: name,
      severity: 'warning',
      headline: headline(duration(Math.max(...entries.map(({ downMs = 0 }) => downMs)) / 1000)),
      evidence: entries.map(({ by, flags }) => ({
        field: `flags at ${by}`,
        value: flags.join(','),
        expected: 'no s_down, or no entry',
      })),
    }));
}
