import type { Evidence } from '../../domain/finding.ts';
import { defineRule } from '../../domain/rule.ts';
import { nameOf, share, testimonies } from '../../domain/sentinel.ts';
import { nodeNamed, type ReadNode, readingIfAny, type Snapshot } from '../../domain/snapshot.ts';
import { duration } from '../../domain/units.ts';
import replication, { takesCopy } from '../../probes/replication.ts';
import sentinelInfo, { justStarted } from '../../probes/sentinel-info.ts';
import sentinelMaster, { type MasterView } from '../../probes/sentinel-master.ts';
import sentinelReplicas, { type WatchedReplica } from '../../probes/sentinel-replicas.ts';

/** Sentinel's own measures (sentinelSelectSlave): an answer to PING, an INFO that is not old, a link that was not long down. */
const PING_MS = 5000;
const INFO_MS = 30_000;
const INFO_MS_WHILE_DOWN = 5000;
const LINK_DOWN_FACTOR = 10;

/** A Sentinel that has just turned to this primary still makes its links, and replicas make theirs after a failover. */
const ACQUAINTED_MS = 4000;
const FAILED_OVER_MS = 30_000;

interface Judged {
  name: string;
  /** Why a Sentinel would not choose it, and whether that soon passes by itself; undefined where it may take over. */
  refusal: { because: string; passing: boolean } | undefined;
}

/** No replica could take over: a failover would end with -failover-abort-no-good-slave. */
export default defineRule({
  scope: 'target',
  needs: { sentinelMaster, sentinelReplicas },
  more:
    'The Sentinels promote only a replica that answers, whose link to the primary was not broken for long, and whose ' +
    'priority is not 0. None is such, so that the death of the primary ends in an outage. Bring a replica back into sync, ' +
    'or set replica-priority to 100 on one that may be promoted.',
  explains: ['failover-stuck'],
  check(_all, { snapshot }) {
    const told = testimonies(snapshot, sentinelReplicas).flatMap((one) => {
      const master = readingIfAny(one.by, sentinelMaster)?.now;
      if (!master) return [];
      const age = ageOf(one.by, master);
      return [{ age, judged: one.now.map((replica) => judge(snapshot, one.by, replica, master, age)) }];
    });
    const without = told.filter(({ judged }) => judged.every(({ refusal }) => refusal !== undefined));
    const [first] = without;
    if (!first) return [];
    const everywhere = without.length === told.length;
    const passing = without.some(({ age, judged }) =>
      judged.length === 0 ? age !== 'settled' : judged.some(({ refusal }) => refusal?.passing),
    );
    const bySome = `, as ${share(without.length, told.length)} ${without.length === 1 ? 'sees' : 'see'} it`;
    return [
      {
        node: snapshot.target.name,
        severity: passing ? 'info' : everywhere ? 'high' : 'warning',
        headline: `${headline(first.judged)}${everywhere ? '' : bySome}`,
        evidence: evidenceOf(first.judged),
      },
    ];
  },
});

type Age = 'new' | 'failed over' | 'settled';

function ageOf(sentinel: ReadNode, { roleReportedMs = FAILED_OVER_MS }: MasterView): Age {
  if (justStarted(sentinel) || roleReportedMs < ACQUAINTED_MS) return 'new';
  const uptime = readingIfAny(sentinel, sentinelInfo)?.now.uptime_in_seconds ?? 0;
  // It turned to this primary while it was running. Uptime counts whole seconds.
  return roleReportedMs < FAILED_OVER_MS && uptime * 1000 > roleReportedMs + 1000 ? 'failed over' : 'settled';
}

function headline(judged: readonly Judged[]): string {
  if (judged.length === 0) return 'The Sentinels know no replica: there is nothing to fail over to';
  const [reason, ...others] = new Set(judged.map(({ refusal }) => refusal?.because));
  const why = others.length === 0 ? `: ${reason}` : '';
  if (judged.length === 1) return `The only replica, ${judged[0]?.name}, could not take over${why}`;
  return `None of the ${judged.length} replicas could take over${why}`;
}

function evidenceOf(judged: readonly Judged[]): Evidence[] {
  if (judged.length === 0) return [{ field: 'num-slaves', value: '0', expected: '>= 1' }];
  return judged.map(({ name, refusal }) => ({
    field: name,
    value: refusal?.because ?? '',
    expected: 'may be promoted',
  }));
}

function judge(snapshot: Snapshot, by: ReadNode, replica: WatchedReplica, master: MasterView, age: Age): Judged {
  const name = replica.address ? nameOf(snapshot, by, replica.address) : replica.name;
  const node = nodeNamed(snapshot, name);
  const seen = node?.kind === 'read' ? readingIfAny(node, replication)?.now : undefined;
  if (node?.kind === 'read' && seen && takesCopy(node, seen, snapshot)) {
    return { name, refusal: { because: 'it is taking a full copy', passing: true } };
  }
  const lasting = barred(replica, master);
  if (lasting !== undefined) return { name, refusal: { because: lasting, passing: false } };
  const broken = unlinked(replica, master);
  const passing = age === 'failed over' || isDemoted(replica);
  if (broken !== undefined) return { name, refusal: { because: broken, passing } };
  const because = unheard(replica, master);
  return { name, refusal: because === undefined ? undefined : { because, passing: age !== 'settled' } };
}

/** What keeps it from promotion until somebody or something changes. */
function barred(
  { flags, downMs = 0, priority, linkDownMs = 0 }: WatchedReplica,
  master: MasterView,
): string | undefined {
  const masterDown = master.flags.includes('s_down');
  if (flags.includes('s_down')) return `it has been down for ${duration(downMs / 1000)}`;
  if (priority === 0) return 'its replica-priority is 0';
  const tolerated = LINK_DOWN_FACTOR * (master.downAfterMs ?? 30_000) + (masterDown ? (master.downMs ?? 0) : 0);
  return linkDownMs > tolerated
    ? `its link to the primary has been down for ${duration(linkDownMs / 1000)}`
    : undefined;
}

/** The primary of before, which the Sentinels turn into a replica some seconds after a failover. */
function isDemoted({ roleReported, roleReportedMs = FAILED_OVER_MS }: WatchedReplica): boolean {
  return roleReported === 'master' && roleReportedMs < FAILED_OVER_MS;
}

/** The primary lives, so that a link which is down is the replica's own trouble. */
function unlinked({ linkStatus }: WatchedReplica, { flags }: MasterView): string | undefined {
  const lives = !flags.includes('s_down') && !flags.includes('disconnected');
  return linkStatus === 'err' && lives ? 'its link to the primary is down' : undefined;
}

/** The Sentinel has not heard from it; it may only just have begun to listen. */
function unheard({ flags, pingMs = 0, infoMs = 0 }: WatchedReplica, master: MasterView): string | undefined {
  if (flags.includes('disconnected')) return 'the Sentinel has no connection to it';
  if (pingMs > PING_MS) return `it last answered PING ${duration(pingMs / 1000)} ago`;
  const old = infoMs > (master.flags.includes('s_down') ? INFO_MS_WHILE_DOWN : INFO_MS);
  return old ? `its INFO was last read ${duration(infoMs / 1000)} ago` : undefined;
}
