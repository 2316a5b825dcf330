import { severityRank } from '../../domain/finding.ts';
import { defineRule, type Found } from '../../domain/rule.ts';
import { neededFor, testimonies } from '../../domain/sentinel.ts';
import { isLoopback, type Snapshot, sameHost } from '../../domain/snapshot.ts';
import sentinelMaster, { isStranger } from '../../probes/sentinel-master.ts';
import sentinelPeers from '../../probes/sentinel-peers.ts';

/** Below this number the loss of one leaves no majority. */
const FEWEST = 3;

/** The Sentinels are so many, so placed or so configured that they fail when they are needed. */
export default defineRule({
  scope: 'target',
  needs: { sentinelMaster },
  more:
    'A failover needs the votes of a majority of the Sentinels, after as many as the quorum agreed that the primary is ' +
    'down. It takes at least three, an odd number, on hosts that do not fail together: the primary must not take the ' +
    'majority with it. Add Sentinels elsewhere, and set a quorum of at least 2.',
  explains: ['sentinel-ckquorum-failed'],
  latent: true,
  check(_all, { snapshot }) {
    const told = testimonies(snapshot, sentinelMaster);
    if (told.length === 0) return [];
    const count = Math.max(...told.map(({ now }) => (now.otherSentinels ?? 0) + 1));
    const quorum = Math.min(...told.map(({ now }) => now.quorum ?? Number.POSITIVE_INFINITY));
    const fresh = told.every(({ by }) => isStranger(snapshot, by));
    const found = [
      tooFew(count, fresh),
      lowQuorum(count, quorum),
      even(count, fresh),
      together(snapshot, count, quorum),
    ]
      .filter((one) => one !== undefined)
      .toSorted((one, other) => severityRank(one.severity) - severityRank(other.severity));
    const [worst] = found;
    if (!worst) return [];
    return [{ ...worst, node: snapshot.target.name, evidence: found.flatMap(({ evidence }) => evidence) }];
  },
});

function tooFew(count: number, fresh: boolean): Found | undefined {
  if (count >= FEWEST) return undefined;
  return {
    severity: fresh ? 'info' : 'high',
    headline:
      count === 1
        ? 'A single Sentinel watches the primary: when it is gone, nobody fails over'
        : 'Two Sentinels watch the primary: when one of them is gone, the other has no majority',
    evidence: [{ field: 'num-other-sentinels + 1', value: String(count), expected: `>= ${FEWEST}` }],
  };
}

function lowQuorum(count: number, quorum: number): Found | undefined {
  if (quorum !== 1 || count < FEWEST) return undefined;
  return {
    severity: 'high',
    headline: `The quorum is 1: any of the ${count} Sentinels can start a failover because it alone lost the primary`,
    evidence: [{ field: 'quorum', value: '1', expected: `${Math.floor(count / 2) + 1}, a majority of ${count}` }],
  };
}

function even(count: number, fresh: boolean): Found | undefined {
  if (count % 2 === 1 || count < FEWEST) return undefined;
  return {
    severity: fresh ? 'info' : 'warning',
    headline: `${count} Sentinels survive no more losses than ${count - 1}, and half of them have no majority`,
    evidence: [{ field: 'num-other-sentinels + 1', value: String(count), expected: 'an odd number' }],
  };
}

/** The host of the primary takes so many Sentinels with it that the others cannot fail over. What is all on one machine is a test. */
function together(snapshot: Snapshot, count: number, quorum: number): Found | undefined {
  const [view] = testimonies(snapshot, sentinelMaster);
  const hosts = hostsOf(snapshot);
  const host = view?.now.address.host;
  if (host === undefined || count < FEWEST || hosts.length < count) return undefined;
  const beside = hosts.filter((one) => sameHost(one, host)).length;
  const needed = neededFor(count, quorum);
  if (beside === 0 || count - beside >= needed || hosts.every(isLoopback)) return undefined;
  return {
    severity: 'high',
    headline: `The host of the primary runs ${beside} of ${count} Sentinels: when it fails, the other ${count - beside} cannot fail over`,
    evidence: [
      {
        field: `Sentinels on ${host}`,
        value: String(beside),
        expected: `<= ${count - needed}, as ${needed} are needed`,
      },
    ],
  };
}

/** The host of each Sentinel as its peers name it; of those whom no other knows, as we do. */
function hostsOf(snapshot: Snapshot): string[] {
  const hosts = new Map<string, string>();
  const told = snapshot.sentinels.length > 0 ? testimonies(snapshot, sentinelPeers) : [];
  for (const { by, now } of told) hosts.set(now.id, by.address.host);
  for (const { now } of told) for (const { id, address } of now.peers) if (address) hosts.set(id, address.host);
  return [...hosts.values()];
}
