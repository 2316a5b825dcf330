import type { Evidence, Severity } from '../../domain/finding.ts';
import { defineRule, type Found } from '../../domain/rule.ts';
import { nameOf, type Testimony, testimonies } from '../../domain/sentinel.ts';
import { nodeNamed, type ReadNode, readingIfAny, type Snapshot } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import replication from '../../probes/replication.ts';
import sentinelMaster, { type MasterView } from '../../probes/sentinel-master.ts';

/** After a failover every Sentinel has heard of it within a few greetings, which come every 2 s. */
const SETTLED_SECONDS = 10;
const CRITICAL_SECONDS = 30;
const NO_HISTORY = /^0*$/;

type View = Testimony<MasterView>;

/** The Sentinels send clients to different primaries, or to a server that is none. */
export default defineRule({
  scope: 'target',
  needs: { sentinelMaster },
  more:
    'Clients ask any Sentinel where the primary is and get different answers, so that some write to a server that is not ' +
    'the primary, or to another dataset. Usually a Sentinel was cut off during a failover, was set up with a wrong address, ' +
    'or a failover stopped half way. Trust what the majority with the highest config-epoch says, and put the others right ' +
    '(SENTINEL REMOVE and MONITOR on the one that is wrong).',
  explains: [
    'readonly-errors-misrouted-writes',
    'sentinel-ckquorum-failed',
    'sentinel-no-good-replica',
    'sentinel-too-few',
  ],
  check(_all, { snapshot, threshold }) {
    const told = testimonies(snapshot, sentinelMaster);
    const age = Math.min(...told.map(({ now }) => heldMs(now))) / 1000;
    const failingOver = told.some(({ now }) => now.flags.includes('failover_in_progress'));
    const settled = !failingOver && age > SETTLED_SECONDS;
    const severity = (seconds: number): Severity => {
      if (!settled) return 'info';
      return seconds > threshold('criticalSeconds', CRITICAL_SECONDS) ? 'critical' : 'warning';
    };
    const found =
      differentAddresses(snapshot, told, (unrelated) => (unrelated ? 'critical' : severity(age))) ??
      differentEpochs(told, severity(age)) ??
      noPrimary(snapshot, told, severity);
    return found ? [{ ...found, node: snapshot.target.name }] : [];
  },
});

/** How long a Sentinel has held on to its primary; a primary that turned into a replica says nothing about that. */
function heldMs({ roleReported, roleReportedMs }: MasterView): number {
  return roleReported === 'slave' ? Number.POSITIVE_INFINITY : (roleReportedMs ?? Number.POSITIVE_INFINITY);
}

function differentAddresses(
  snapshot: Snapshot,
  told: readonly View[],
  severity: (unrelated: boolean) => Severity,
): Found | undefined {
  const names = told.map(({ by, now }) => nameOf(snapshot, by, now.toldToClients));
  const distinct = [...new Set(names)];
  if (distinct.length < 2) return undefined;
  return {
    severity: severity(areUnrelated(snapshot, distinct)),
    headline: `The Sentinels send clients to different primaries: ${distinct.join(' and ')}`,
    evidence: told.map(({ by }, at) => ({
      field: `GET-MASTER-ADDR-BY-NAME at ${by.name}`,
      value: names[at] ?? '',
      expected: 'the same everywhere',
    })),
  };
}

/** Two primaries without a common past are not two moments of one failover: one address is simply wrong. */
function areUnrelated(snapshot: Snapshot, names: readonly string[]): boolean {
  const pasts = names.map((name) => {
    const node = nodeNamed(snapshot, name);
    return node?.kind === 'read' && node.identity.role === 'primary' ? pastOf(node) : undefined;
  });
  return pasts.every(
    (past, at) => past && !pasts.some((other, to) => to !== at && other?.some((id) => past.includes(id))),
  );
}

function pastOf(node: ReadNode): string[] {
  const seen = readingIfAny(node, replication)?.now;
  return [seen?.master_replid, seen?.master_replid2].filter(
    (id) => id !== undefined && !NO_HISTORY.test(id),
  ) as string[];
}

function differentEpochs(told: readonly View[], severity: Severity): Found | undefined {
  const epochs = told.map(({ now }) => now.configEpoch);
  if (new Set(epochs).size < 2) return undefined;
  return {
    severity,
    headline: `The Sentinels hold different versions of the configuration: config-epoch ${[...new Set(epochs)].join(', ')}`,
    evidence: told.map(({ by, now }) => ({
      field: `config-epoch at ${by.name}`,
      value: String(now.configEpoch ?? 'missing'),
      expected: 'the same everywhere',
    })),
  };
}

/** What they all call the primary says itself that it is a replica. */
function noPrimary(
  snapshot: Snapshot,
  told: readonly View[],
  severity: (seconds: number) => Severity,
): Found | undefined {
  const [view] = told;
  if (!view) return undefined;
  const name = nameOf(snapshot, view.by, view.now.toldToClients);
  const node = nodeNamed(snapshot, name);
  const reports = told.filter(({ now }) => now.roleReported === 'slave');
  const isReplica = node?.kind === 'read' && node.identity.role === 'replica';
  if (node?.kind === 'read' ? !isReplica : reports.length === 0) return undefined;
  const longest = Math.max(0, ...reports.map(({ now }) => (now.roleReportedMs ?? 0) / 1000));
  const evidence: Evidence[] = reports.map(({ by, now }) => ({
    field: `role-reported at ${by.name}`,
    value: `slave for ${duration((now.roleReportedMs ?? 0) / 1000)}`,
    expected: 'master',
  }));
  if (isReplica) evidence.push({ field: `role of ${name}`, value: 'slave', expected: 'master' });
  return {
    severity: severity(longest),
    headline: `The Sentinels send clients to ${name}, which is a replica: nobody takes writes there`,
    evidence,
  };
}
