import type { PlannedCommand, Refusal, Scene, Watched } from './action.ts';
import { headOf } from './replication-graph.ts';
import { atLeast } from './server.ts';
import { type ReadNode, readNodes, type Snapshot, type UnreadNode } from './snapshot.ts';
import type { Address } from './target.ts';

/** The members of a node's replication group that were read, the head first: all that could be the primary tomorrow. */
export function groupOf(snapshot: Snapshot, node: ReadNode): [ReadNode, ...ReadNode[]] {
  const head = headOf(snapshot, node);
  return [head, ...readNodes(snapshot).filter((other) => other !== head && headOf(snapshot, other) === head)];
}

/** The members that a read member, or its cluster, names but that could not be read. */
export function unreadOf(snapshot: Snapshot, members: readonly ReadNode[]): UnreadNode[] {
  const names = new Set(members.map((member) => member.name));
  const shards = new Set(members.flatMap(({ seat }) => seat?.shard ?? []));
  return snapshot.nodes
    .filter((node) => node.kind === 'unread')
    .filter(({ seat, origin }) =>
      seat ? shards.has(seat.shard) : typeof origin === 'object' && names.has(origin.reportedBy),
    );
}

/** The members that were read, the primary first, for what all of them must have alike; or why none should be touched now. */
export function steadyGroup(
  { snapshot, node }: Pick<Scene, 'snapshot' | 'node'>,
  because: string,
): [ReadNode, ...ReadNode[]] | Refusal {
  const group = groupOf(snapshot, node);
  if (group[0].identity.role !== 'primary') {
    return { refused: `the primary of ${node.name} could not be read: ${because}` };
  }
  const odd = unsteadyOf(group);
  return odd ? { refused: odd } : group;
}

/** A sentence for each member that keeps what it has, since it could not be read. */
export function leftAlone(snapshot: Snapshot, group: readonly ReadNode[], what: string): string[] {
  return unreadOf(snapshot, group).map((member) => `${member.name} could not be read and keeps its ${what}.`);
}

/** Why no setting of this server should be touched now; undefined when it is steady. */
export function unsteady(node: ReadNode): string | undefined {
  if (node.identity.mode === 'sentinel') return `${node.name} is a Sentinel: it holds no data`;
  if (node.identity.loading) return `${node.name} is loading its data: wait until it is done`;
  return undefined;
}

/** The same of several servers: why not, for the first that is not steady. */
export function unsteadyOf(nodes: readonly ReadNode[]): string | undefined {
  return nodes.map(unsteady).find((reason) => reason !== undefined);
}

/**
 * Why replication must not be rewired by hand here: its manager would undo it, or the server refuses REPLICAOF.
 * A Sentinel shows in the names of the connections that it keeps to every server it watches.
 */
export function managedElsewhere(
  snapshot: Snapshot,
  node: ReadNode,
  clientNames: readonly string[],
): string | undefined {
  if (node.identity.mode === 'cluster') {
    return `${node.name} is a cluster node and refuses REPLICAOF: CLUSTER REPLICATE and CLUSTER FAILOVER do this there`;
  }
  if (snapshot.target.kind === 'sentinel' || clientNames.some((name) => /^sentinel-[0-9a-f]+-/.test(name))) {
    return 'Sentinel manages this group and would undo REPLICAOF within seconds: use SENTINEL FAILOVER';
  }
  return undefined;
}

/** Why the data of a server must not be exchanged under its feet; undefined where it may. */
export function managedForRestore(
  snapshot: Snapshot,
  node: ReadNode,
  clientNames: readonly string[],
): string | undefined {
  const { role, mode } = node.identity;
  if (role !== 'primary') {
    return `${node.name} is a replica, and its primary would overwrite what is restored: restore the primary, and it follows`;
  }
  if (mode === 'cluster') {
    return `${node.name} is a cluster node: its replica would take over while it is down, and keys of slots that it does not serve would be out of reach. Put its keys back one by one (playbook restore-keys), which looks at the slots`;
  }
  if (snapshot.target.kind === 'sentinel' || clientNames.some((name) => /^sentinel-[0-9a-f]+-/.test(name))) {
    return `Sentinel watches ${node.name} and would promote a replica with the old data while it is down: put its keys back one by one (playbook restore-keys), or take it out of the hands of the Sentinels first (SENTINEL REMOVE on each)`;
  }
  return undefined;
}

/** A failed write to disk ends a replica of 7.0 or newer (and of Valkey) with its next replicated command. */
export function diskErrorWouldCrash(
  node: ReadNode,
  persistence: { rdb_last_bgsave_status: string },
  ignoresDiskErrors: string | undefined,
): string | undefined {
  const exposed =
    node.identity.role === 'replica' && atLeast(node.identity.version, '7.0') && ignoresDiskErrors !== 'yes';
  return exposed && persistence.rdb_last_bgsave_status === 'err'
    ? `the last snapshot of this replica failed, and another disk error can end its process: repair the disk, or set replica-ignore-disk-write-errors to yes, first`
    : undefined;
}

/** `CONFIG SET` of one parameter; `applied` is what the probe that reads it shows afterwards. */
export function configSet(
  node: ReadNode,
  parameter: string,
  value: string,
  reading: string,
  shown = value,
): PlannedCommand {
  return {
    node: node.name,
    argv: ['CONFIG', 'SET', parameter, value],
    applied: [{ node: node.name, reading, value: shown }],
  };
}

/** `REPLICAOF` of one server. */
export function followCommand(node: ReadNode, primary: Address): PlannedCommand {
  const shows = (reading: string, value: string) => ({ node: node.name, reading: `replication.${reading}`, value });
  return {
    node: node.name,
    argv: ['REPLICAOF', primary.host, String(primary.port)],
    applied: [shows('role', 'slave'), shows('master_host', primary.host), shows('master_port', String(primary.port))],
  };
}

/** The same process in the same role, and these readings unchanged. */
export function watch(node: ReadNode, ...readings: readonly string[]): Watched[] {
  return ['server.run_id', 'replication.role', ...readings].map((reading) => ({ node: node.name, reading }));
}

/** What becomes of a change of roles when servers restart. */
export function restartGoesBack(members: readonly ReadNode[], configFile: (node: ReadNode) => string | undefined) {
  const [files, none] = [members.filter(configFile), members.filter((node) => !configFile(node))];
  const named = (nodes: readonly ReadNode[]) => nodes.map(({ name }) => name).join(', ');
  return [
    'Runtime only: after a restart a server takes the role that it is started with, and two primaries are possible.',
    ...(files.length > 0 ? [`Write it down with CONFIG REWRITE on ${named(files)}.`] : []),
    ...(none.length > 0 ? [`${named(none)} has no configuration file: change how it is started.`] : []),
  ].join(' ');
}

/** What becomes of a CONFIG SET when the server restarts. */
export function runtimeOnly(configFile: string | undefined): string {
  return configFile
    ? `Runtime only: a restart brings back what ${configFile} says, unless that is written as well; CONFIG REWRITE (playbook persist-settings) does so as a step of its own.`
    : 'Runtime only: these servers were started without a configuration file, so CONFIG REWRITE is not possible and a restart goes back to the old value.';
}
