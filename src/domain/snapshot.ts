import type { Answers } from './answers.ts';
import type { Seat } from './cluster.ts';
import type { Probe, Reading } from './probe.ts';
import { NotAnswered } from './probe.ts';
import type { Point } from './series.ts';
import type { ServerIdentity } from './server.ts';
import type { Address, Target } from './target.ts';

/** Why a server could not be read at all. */
export const UNREAD_CAUSES = [
  'unreachable',
  'hung',
  'not-a-redis-server',
  'tls-mismatch',
  'auth-required',
  'auth-refused',
  'no-permission',
  'max-clients',
  'protected-mode',
  'busy',
] as const;
export type UnreadCause = (typeof UNREAD_CAUSES)[number];

/** How we learnt of a node: named in the target, or reported by another node. */
export type Origin = 'seed' | { reportedBy: string; as: 'primary' | 'replica' | 'sentinel' };

export interface UnreadNode {
  kind: 'unread';
  name: string;
  address: Address;
  origin: Origin;
  /** Its place in the cluster, as its peers tell. */
  seat?: Seat;
  cause: UnreadCause;
  /** What was seen, for people: `connect ECONNREFUSED 10.0.0.1:6379`, `BUSY Redis is busy running a script …`. */
  detail: string;
  /** What its host tells, where that was looked at. */
  outcomes?: ReadonlyMap<Probe<unknown>, ProbeOutcome>;
}

export type ProbeOutcome = { kind: 'read'; reading: Reading<unknown> } | { kind: 'unanswered'; reason: string };

export interface ReadNode {
  kind: 'read';
  name: string;
  address: Address;
  /** Other addresses by which its peers know it: the same process answered there. */
  aliases?: readonly Address[];
  origin: Origin;
  /** Its place in the cluster, if it is in one. */
  seat?: Seat;
  identity: ServerIdentity;
  /** Our clock just before the last questions went out and just after the answers were here, epoch ms. */
  asked: { from: number; until: number };
  /** The run_id of the process that answered the first time, where another one answered the second. */
  replacedRunId?: string;
  /** What each probe saw on this node. */
  outcomes: ReadonlyMap<Probe<unknown>, ProbeOutcome>;
}

export type Node = ReadNode | UnreadNode;

/** Every member of a target that could be found, at two moments. */
export interface Snapshot {
  target: Target;
  /** The servers that hold data. */
  nodes: readonly Node[];
  /** The Sentinels that watch them; empty when the target names none. */
  sentinels: readonly Node[];
  /** What `watch` has kept of each node, by node name, oldest first; empty where nobody watches. */
  series: ReadonlyMap<string, readonly Point[]>;
  /** What was asked for plans, about what only their arguments name. */
  answers?: Answers;
  /** Epoch ms of the second sample. */
  takenAt: number;
  tookMs: number;
}

/** What a probe saw on a node; throws NotAnswered with the reason when it could not look. */
export function readingOf<T>(node: ReadNode, probe: Probe<T>): Reading<T> {
  const outcome = node.outcomes.get(probe);
  if (outcome === undefined) throw new NotAnswered('this probe was not asked');
  if (outcome.kind === 'unanswered') throw new NotAnswered(outcome.reason);
  return outcome.reading as Reading<T>;
}

/** What a probe saw on a node; undefined when it could not look. For what only sharpens an answer, such as who did it. */
export function readingIfAny<T>(node: Node, probe: Probe<T>): Reading<T> | undefined {
  const outcome = node.outcomes?.get(probe);
  return outcome?.kind === 'read' ? (outcome.reading as Reading<T>) : undefined;
}

/** What `watch` has kept of a node, oldest first; empty where nobody watches it. */
export function historyOf(snapshot: Snapshot, node: ReadNode): readonly Point[] {
  return snapshot.series.get(node.name) ?? [];
}

/** Seconds between the two samples that rates were taken from, the longest of all nodes; undefined without a pair. */
export function windowOf({ nodes, sentinels }: Snapshot): number | undefined {
  const read = [...nodes, ...sentinels].filter((node) => node.kind === 'read');
  const windows = read.flatMap(({ outcomes }) =>
    [...outcomes].flatMap(([{ asks }, outcome]) =>
      outcome.kind === 'read' && (asks === 'server' || asks === 'sentinel') ? [outcome.reading.seconds] : [],
    ),
  );
  const longest = Math.max(0, ...windows);
  return longest > 0 ? Math.round(longest * 10) / 10 : undefined;
}

export function readSentinels(snapshot: Snapshot): ReadNode[] {
  return snapshot.sentinels.filter((node) => node.kind === 'read');
}

/** The data servers that could be read. */
export function readNodes(snapshot: Snapshot): ReadNode[] {
  return snapshot.nodes.filter((node) => node.kind === 'read');
}

/** The members that a node's replication link connects it with: its primary and its replicas. */
export function neighbours(snapshot: Snapshot, name: string): string[] {
  const linked = new Set<string>();
  for (const node of snapshot.nodes) {
    if (node.kind === 'unread') {
      for (const other of linkedWith(snapshot, node)) link(node.name, other);
      continue;
    }
    const { primary, replicas } = node.identity;
    for (const peer of primary ? [primary, ...replicas] : replicas) {
      const other = peerOf(snapshot, node, peer);
      if (other) link(node.name, other.name);
    }
  }
  return [...linked];

  function link(one: string, other: string): void {
    if (one === name) linked.add(other);
    if (other === name) linked.add(one);
  }
}

/** Names of the members that a replication link leads to from a node that tells nothing itself. */
function linkedWith({ nodes }: Snapshot, { seat, origin }: UnreadNode): string[] {
  // A Sentinel that reports a server is not linked with it.
  const isServer = (reporter: string) => nodes.some(({ name }) => name === reporter);
  if (!seat) return typeof origin === 'object' && isServer(origin.reportedBy) ? [origin.reportedBy] : [];
  return nodes.filter((other) => isLinked(other.seat, seat)).map(({ name }) => name);
}

/** Of a shard, its primary is linked with each of its replicas. */
function isLinked(one: Seat | undefined, other: Seat): boolean {
  return one !== undefined && one.shard === other.shard && (one.id === other.shard) !== (other.id === other.shard);
}

/** The server or Sentinel that goes by this name. */
export function nodeNamed({ nodes, sentinels }: Snapshot, name: string): Node | undefined {
  return nodes.find((node) => node.name === name) ?? sentinels.find((node) => node.name === name);
}

/** The node with this address, by the name that servers report; `localhost` and 127.0.0.1 are one host. */
export function nodeAt({ nodes }: Pick<Snapshot, 'nodes'>, address: Address): Node | undefined {
  return nodes.find((node) => addressesOf(node).some((known) => sameAddress(known, address)));
}

function addressesOf(node: Node): readonly Address[] {
  return node.kind === 'read' && node.aliases ? [node.address, ...node.aliases] : [node.address];
}

export function sameAddress(one: Address, other: Address): boolean {
  return one.port === other.port && sameHost(one.host, other.host);
}

export function sameHost(one: string, other: string): boolean {
  return plainHost(one) === plainHost(other);
}

export function isLoopback(host: string): boolean {
  return plainHost(host).startsWith('127.');
}

function plainHost(host: string): string {
  const lower = host.toLowerCase();
  return lower === 'localhost' || lower === '::1' || lower === '::ffff:127.0.0.1' ? '127.0.0.1' : lower;
}

/** Whom a server means by this address: with 127.0.0.1 its own host, which on another host is somebody else. */
export function peerOf(snapshot: Snapshot, from: ReadNode, peer: Address): Node | undefined {
  const beside = sameHost(peer.host, 'localhost') ? { host: from.address.host, port: peer.port } : peer;
  return nodeAt(snapshot, beside) ?? nodeAt(snapshot, peer);
}

/** The primary that a replica follows, whether or not it could be read. */
export function followedBy(snapshot: Snapshot, node: ReadNode): Node | undefined {
  const { primary } = node.identity;
  return primary && peerOf(snapshot, node, primary);
}

/** The primary that a replica follows, when it was read. */
export function primaryOf(snapshot: Snapshot, node: ReadNode): ReadNode | undefined {
  const found = followedBy(snapshot, node);
  return found?.kind === 'read' ? found : undefined;
}

/** The replicas whose INFO names this node as their primary. */
export function replicasOf(snapshot: Snapshot, node: ReadNode): ReadNode[] {
  return readNodes(snapshot).filter((other) => other !== node && primaryOf(snapshot, other) === node);
}
