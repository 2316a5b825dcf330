import { announcedBy, CLUSTER_ANNOUNCE, type Hidden, hiddenNodes } from '../../domain/announced.ts';
import type { Evidence, Severity } from '../../domain/finding.ts';
import { defineRule, type Found } from '../../domain/rule.ts';
import { nameOf, share } from '../../domain/sentinel.ts';
import {
  type ReadNode,
  readingIfAny,
  readNodes,
  readSentinels,
  type Snapshot,
  type UnreadNode,
} from '../../domain/snapshot.ts';
import { nodeName } from '../../domain/target.ts';
import { followersOf, seen, unreadFor } from '../../domain/unread.ts';
import { sightsOf } from '../../probes/cluster-nodes.ts';
import replication from '../../probes/replication.ts';
import sentinelMaster from '../../probes/sentinel-master.ts';

const PING_SECONDS = 10;

/** A member that others name, or the address that one announces, cannot be reached from here. */
export default defineRule({
  scope: 'target',
  needs: {},
  more:
    'A server of this target names another member that does not answer from here. When the others have lost it ' +
    'as well, that member is down or cut off: check its process, host and network. When they are in touch with it, only the ' +
    'way from here is blocked, or it announces an address that is not routed here: map it under addresses of the target in ' +
    'medic.yml, or change what it announces when clients stand where we do.',
  explains: [
    'replica-link-down',
    'replica-never-synced',
    'no-replicas-connected',
    'replica-ack-lag',
    'min-replicas-blocking-writes',
    'replica-output-buffer-near-limit',
    'replica-sync-stalled',
    'failover-stuck',
    'sentinel-master-down',
    'sentinel-stale-entries',
    'sentinel-ckquorum-failed',
    'role-changed-recently',
  ],
  tells:
    'From the host of the replica no connection to the primary is made either (redis-cli -h PRIMARY -p PORT PING).',
  check(_all, { snapshot, target }) {
    const views = sightsOf(snapshot).map(({ view }) => view);
    const hidden = hiddenNodes(snapshot, views);
    const lost = unreadFor(snapshot, 'unreachable', 'hung').filter(({ origin }) => origin !== 'seed');
    const several = hidden.length > 1;
    const alone = lost.filter(({ name }) => !several || !hidden.some(({ node }) => node === name));
    const read = hidden.filter(({ node }) => !lost.some(({ name }) => name === node));
    return [
      ...(several ? [behindAddresses(hidden, target.name)] : read.map((one) => behindAddresses([one], one.node))),
      ...alone.map((node) => outOfReach(node, snapshot, hidden)),
    ];
  },
});

function outOfReach(node: UnreadNode, snapshot: Snapshot, hidden: readonly Hidden[]): Found & { node: string } {
  const { origin } = node;
  const followers = followersOf(snapshot, node);
  const [as, by] = origin === 'seed' ? ['replica' as const, ''] : [origin.as, origin.reportedBy];
  const reporter = readNodes(snapshot).find(({ name }) => name === by);
  const watched = as === 'primary' ? countedAsDown(node, snapshot) : undefined;
  const severity = watched ? 'critical' : severityOf(node, followers, as);
  const isHidden = hidden.some((one) => one.node === node.name);
  const mayBeElsewhere = node.cause === 'unreachable' && severity === 'warning' && (isHidden || !node.seat);
  return {
    node: node.name,
    severity,
    headline:
      followers.length > 0
        ? `The primary ${node.name}, which ${followers.map((replica) => replica.name).join(' and ')} ${followers.length === 1 ? 'follows' : 'follow'}, ${seemsTo(node)}${tooFor(followers, watched)}`
        : `The ${NOUN[as]} ${node.name}, which ${by} names, ${seemsTo(node)}${tooFor(followers, watched)}`,
    evidence: [
      ...seen(node, 'an answer'),
      ...followers.map((replica) => ({
        field: `master_link_status of ${replica.name}`,
        value: linkOf(replica) ?? 'unknown',
        expected: 'up',
      })),
      ...(reporter && followers.length === 0 ? listed(reporter, node) : []),
      ...(mayBeElsewhere ? [addressRow(node.name, node.name, announcedBy(node))] : []),
    ],
    ...(as === 'replica' && { explains: ['sentinel-no-good-replica'] }),
  };
}

/** One fault, however many nodes it hides. */
function behindAddresses(hidden: readonly Hidden[], node: string): Found & { node: string } {
  const [first] = hidden;
  return {
    node,
    severity: 'warning',
    headline:
      hidden.length > 1
        ? `${hidden.length} nodes of the cluster announce addresses that cannot be reached from here`
        : `${first?.node} announces ${first?.address}, which cannot be reached from here`,
    evidence: hidden.slice(0, 6).map(({ address, detail }) => addressRow(address, detail, CLUSTER_ANNOUNCE)),
  };
}

function addressRow(address: string, value: string, settings: string): Evidence {
  const expected = `one that leads to it from here: ${settings}, or addresses in medic.yml`;
  return { field: value === address ? 'announced address' : `announced address ${address}`, value, expected };
}

const NOUN = { primary: 'primary', replica: 'replica', sentinel: 'Sentinel' } as const;

/** Only the way from here may be blocked, but what takes a connection and says nothing is ill. */
function severityOf({ cause }: UnreadNode, followers: readonly ReadNode[], as: keyof typeof NOUN): Severity {
  const dataAtRisk = cause === 'hung' || !followers.every(inTouch);
  return dataAtRisk && as !== 'sentinel' ? 'high' : 'warning';
}

function seemsTo(node: UnreadNode): string {
  return node.cause === 'hung' ? 'accepts connections but does not answer' : 'cannot be reached from here';
}

/** The Sentinels that count this primary as down, when most of those that tell do. */
function countedAsDown(node: UnreadNode, snapshot: Snapshot): string | undefined {
  const told = readSentinels(snapshot).flatMap((by) => {
    const view = readingIfAny(by, sentinelMaster)?.now;
    return view ? [{ by, view }] : [];
  });
  const down = told.filter(
    ({ by, view }) => view.flags.includes('s_down') && nameOf(snapshot, by, view.address) === node.name,
  );
  if (down.length * 2 <= told.length) return;
  return `${share(down.length, told.length)} ${told.length === 1 ? 'counts' : 'count'} it as down`;
}

/** Whether others have lost it as well, which tells a dead server from a way that is blocked from here only. */
function tooFor(followers: readonly ReadNode[], watched: string | undefined): string {
  if (watched) return `, and ${watched}`;
  const lost = followers.filter((replica) => {
    const link = readingIfAny(replica, replication)?.now;
    return link?.master_link_status === 'down' && (link.master_link_down_since_seconds ?? -1) >= 0;
  });
  if (lost.length === 0 || lost.length < followers.length) return '';
  return lost.length === 1 ? ', and its replica has lost it too' : `, and its ${lost.length} replicas have lost it too`;
}

function linkOf(replica: ReadNode): string | undefined {
  return readingIfAny(replica, replication)?.now.master_link_status;
}

/** The link counts as up until repl-timeout; a primary that lives says something every 10 s (repl-ping-replica-period). */
function inTouch(replica: ReadNode): boolean {
  const heard = readingIfAny(replica, replication)?.now.master_last_io_seconds_ago ?? Number.POSITIVE_INFINITY;
  return linkOf(replica) === 'up' && heard <= PING_SECONDS;
}

/** What the server that names a replica says of it. */
function listed(reporter: ReadNode, node: UnreadNode): Evidence[] {
  const rows = readingIfAny(reporter, replication)?.now.replicas ?? [];
  return rows
    .filter((row) => nodeName(row.address) === node.name)
    .map((row) => ({ field: 'slaveN.state', value: row.state, expected: 'online, at an address that answers' }));
}
