import type { Evidence, Severity } from '../../domain/finding.ts';
import type { Reading } from '../../domain/probe.ts';
import { groupOf } from '../../domain/replication-group.ts';
import { tookWrites } from '../../domain/replication-link.ts';
import { defineRule } from '../../domain/rule.ts';
import { type ReadNode, readNodes, type Snapshot } from '../../domain/snapshot.ts';
import persistence from '../../probes/persistence.ts';
import replication, { isSettling } from '../../probes/replication.ts';
import server from '../../probes/server.ts';

/** A primary that came back after a failover is demoted within this time by Sentinel or whoever looks after it. */
const GRACE_SECONDS = 30;
const NO_HISTORY = /^0*$/;

interface Primary {
  node: ReadNode;
  replid: string | undefined;
  replid2: string | undefined;
  uptime: number;
  wrote: boolean | undefined;
}

/** Two servers of one dataset are both primaries: what is written to one is missing on the other. */
export default defineRule({
  scope: 'target',
  needs: { replication, persistence, server },
  more:
    'Two servers accept writes for the same data, and the writes of one of them will be lost. Usually a replica was ' +
    'promoted while the old primary lived on, or came back. Decide which one stays (with Sentinel or a cluster: the one ' +
    'that the majority follows), fence the other first (min-replicas-to-write, CLIENT PAUSE WRITE), save its writes with ' +
    'redis-cli --rdb, and only then make it a replica.',
  explains: [
    'no-replicas-connected',
    'repl-backlog-freed',
    'min-replicas-blocking-writes',
    'replica-never-synced',
    'role-changed-recently',
  ],
  check(all, { snapshot, threshold }) {
    const primaries = readNodes(snapshot)
      .filter(isPrimary)
      .map((node) => primaryFrom(node, all.readings(node)));
    const rivals = primaries.filter((one) =>
      primaries.some((other) => other !== one && areRivals(snapshot, one, other)),
    );
    const loser = rivals.find((one) => rivals.some((other) => descends(one, other))) ?? rivals.at(-1);
    if (!loser) return [];
    const related = rivals.some((one) => rivals.some((other) => other !== one && shareHistory(one, other)));
    const back = rivals.some(({ uptime }) => uptime < threshold('graceSeconds', GRACE_SECONDS));
    const fresh = back || isSettling(snapshot);
    const writers = rivals.filter(({ wrote }) => wrote === true).length;
    const names = rivals.map(({ node }) => node.name).join(' and ');
    return [
      {
        node: loser.node.name,
        severity: severityOf(writers, fresh, related),
        headline: `${names} are both primaries of ${related ? 'one dataset' : 'one target'}${writers > 1 ? ', and both take writes' : ''}`,
        evidence: rivals.flatMap(evidenceOf),
      },
    ];
  },
});

/** In a cluster every shard has a primary. */
function isPrimary({ identity: { role, mode, loading } }: ReadNode): boolean {
  return role === 'primary' && mode === 'standalone' && !loading;
}

function primaryFrom(
  node: ReadNode,
  read: {
    replication: Reading<ReturnType<typeof replication.read>>;
    persistence: Reading<ReturnType<typeof persistence.read>>;
    server: Reading<ReturnType<typeof server.read>>;
  },
): Primary {
  const { master_replid: replid, master_replid2: replid2 } = read.replication.now;
  const wrote = tookWrites(read.replication, read.persistence);
  return { node, replid, replid2, uptime: read.server.now.uptime_in_seconds, wrote };
}

/** One was promoted from the other, both from a third; or the owner says that they belong together. */
function areRivals(snapshot: Snapshot, one: Primary, other: Primary): boolean {
  const named = (primary: Primary) => groupOf(snapshot, primary.node).some(({ origin }) => origin === 'seed');
  return shareHistory(one, other) || (snapshot.target.kind === 'replication' && named(one) && named(other));
}

function shareHistory(one: Primary, other: Primary): boolean {
  return (
    descends(one, other) || descends(other, one) || same(one.replid2, other.replid2) || same(one.replid, other.replid)
  );
}

/** The first was a replica of the second until it was promoted. */
function descends(one: Primary, other: Primary): boolean {
  return one !== other && same(one.replid2, other.replid);
}

function same(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && !NO_HISTORY.test(one) && one === other;
}

function severityOf(writers: number, fresh: boolean, related: boolean): Severity {
  if (writers > 1) return 'critical';
  if (fresh) return 'info';
  return related ? 'high' : 'warning';
}

function evidenceOf({ node, replid, replid2, wrote }: Primary): Evidence[] {
  const took = wrote === undefined ? 'unknown' : wrote ? 'some' : 'none';
  return [
    { field: `role of ${node.name}`, value: 'master', expected: 'one master' },
    {
      field: `master_replid, master_replid2 of ${node.name}`,
      value: `${replid}, ${replid2}`,
      expected: 'no other primary of this history',
    },
    { field: `writes to ${node.name} meanwhile`, value: took, expected: 'to one of them only' },
  ];
}
