import type { Watched } from './action.ts';
import { watch } from './replication-group.ts';
import type { Node, ReadNode } from './snapshot.ts';
import { bytes } from './units.ts';

/** What a replica tells of how fit it is to become the primary. */
export interface Heir {
  node: ReadNode;
  link: {
    master_link_status: string | undefined;
    master_sync_in_progress: number | undefined;
    master_link_down_since_seconds?: number | undefined;
    slave_repl_offset: number | undefined;
    slave_priority: number | undefined;
    slave_read_only: number | undefined;
  };
  limit: { maxmemory: number; maxmemory_policy: string };
}

/** Up to this share of maxmemory a new primary takes writes without evicting or refusing at once. */
const FULL = 0.95;

/** Why a replica must not take over while its primary lives; undefined when it may. `used`: bytes that the primary holds. */
export function unfitToFollow({ node, link, limit }: Heir, used: number): string | undefined {
  if (node.identity.loading) return 'it is loading its data';
  if (link.master_sync_in_progress === 1) return 'it is taking a full copy';
  if (link.master_link_status !== 'up') return 'its link to the primary is down';
  return unfitToLead({ node, link, limit }, used);
}

/** Why a replica must not become a primary at all, whether or not it has a link. */
export function unfitToLead({ link, limit: { maxmemory, maxmemory_policy: policy } }: Heir, used: number) {
  if (link.slave_priority === 0) return 'its replica-priority is 0: it is not meant to take over';
  if (link.slave_read_only === 0) return 'it accepts writes of its own, so its data is not that of the primary';
  if (maxmemory > 0 && used > maxmemory * FULL) {
    const harm = policy === 'noeviction' ? 'refuse writes' : `delete keys (${policy})`;
    return `its maxmemory is ${bytes(maxmemory)} and ${bytes(used)} are in use: as primary it would ${harm} at once`;
  }
  return undefined;
}

/** Why a replica of a dead primary has nothing to take over with; its link is down, as it must be. */
export function emptyHanded({ node, link }: Heir, keys: number): string | undefined {
  if (node.identity.loading) return 'it is loading its data';
  if (link.master_link_status === 'up') return 'its link to the primary is up, so that lives';
  if (link.master_sync_in_progress === 1) return 'it is in the middle of a full copy';
  const neverSynced = (link.slave_repl_offset ?? 0) <= 1 || (link.master_link_down_since_seconds ?? 0) < 0;
  return keys === 0 && neverSynced ? 'it holds no data: it has never been in sync' : undefined;
}

/** Nothing answers there: whatever refuses us in words is alive. */
export function isSilent(node: Node): boolean {
  return node.kind === 'unread' && (node.cause === 'unreachable' || node.cause === 'hung');
}

/** What is further behind is not worth the wait: writes are held or refused until it has caught up. */
const MOST_BEHIND = 64 * 1024 * 1024;

/** Why the primary's row of a replica speaks against a handover; undefined when it can have every byte soon. */
export function tooFarBehind(
  { master_repl_offset: written }: { master_repl_offset: number | undefined },
  row: { state: string; offset: number } | undefined,
): string | undefined {
  if (row?.state !== 'online') return 'its primary does not count it as online';
  const behind = (written ?? 0) - row.offset;
  return behind > MOST_BEHIND ? `it is ${bytes(behind)} behind: writes would be held back for too long` : undefined;
}

/** The one with the most data; of equals the first by name, so that planning again gives the same. */
export function bestOf(heirs: readonly Heir[]): Heir | undefined {
  const offset = ({ link }: Heir) => link.slave_repl_offset ?? 0;
  return heirs.toSorted((one, other) => offset(other) - offset(one) || (one.node.name < other.node.name ? -1 : 1))[0];
}

/** Why it would refuse every write as a primary with so many replicas. */
export function asksForMore({ name }: ReadNode, wanted: number | undefined, replicas: number): string | undefined {
  return (wanted ?? 0) > replicas
    ? `${name} would refuse every write: it asks for ${wanted} replicas (min-replicas-to-write) and would have ${replicas}`
    : undefined;
}

/** Why none of them was chosen, each with its reason. */
export function nobodyFit(reasons: readonly { heir: Heir; because: string | undefined }[]): string {
  if (reasons.length === 0) return 'there is no replica that could be read';
  return `no replica may take over: ${reasons.map(({ heir, because }) => `${heir.node.name}: ${because}`).join('; ')}`;
}

/** Every member in its place: a change of roles is planned for the group as it was seen. */
export function watchMembers(members: readonly ReadNode[], ...ofReplicas: readonly string[]): Watched[] {
  return members.flatMap((node) => watch(node, ...(node.identity.role === 'replica' ? ofReplicas : [])));
}

/** What the applications have to do with a new primary, and what a mixture of versions leads to. */
export function handoverImpact(old: ReadNode, heir: ReadNode, clients: number | undefined): string[] {
  const [was, is] = [old, heir].map(({ identity }) => `${identity.engine} ${identity.version}`);
  return [
    `${clients ?? 'The'} connections of ${old.name} stay open and get READONLY for each write: applications must find ${heir.name}, by DNS, a proxy or their configuration. Nothing here tells them.`,
    ...(was === is
      ? []
      : [`${heir.name} runs ${is} and ${old.name} ${was}: an older server cannot load a full copy of a newer one.`]),
  ];
}
