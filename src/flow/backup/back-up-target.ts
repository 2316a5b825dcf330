import type { Backup, BackupReason } from '../../domain/backup.ts';
import { headOf } from '../../domain/replication-graph.ts';
import { expendable } from '../../domain/retention.ts';
import { nodeNamed, type ReadNode, readNodes, type Snapshot } from '../../domain/snapshot.ts';
import { parseNodeName, type Target } from '../../domain/target.ts';
import { observe } from '../observe.ts';
import type { Shelves } from '../ports.ts';
import { takeBackup } from './take.ts';
import type { Works } from './works.ts';

export interface BackUpAsk {
  target: Target;
  reason: BackupReason;
  /** One server instead of the best of each replication group. */
  node?: string;
  signal?: AbortSignal;
  /** What it costs, before it begins. */
  announce?: (impact: readonly string[]) => void;
  progress?: (text: string) => void;
}

/** What became of one replication group. */
export type BackUpOutcome = { node: string } & (
  | { kind: 'taken'; backup: Backup }
  | { kind: 'refused'; because: string }
  | { kind: 'failed'; because: string }
);

type Planning = Pick<Shelves, 'probes' | 'actions'>;

/** Backs up every replication group of a target, one after the other, as the action `take-backup` plans it. */
export async function backUpTarget(works: Works, shelves: Planning, ask: BackUpAsk): Promise<BackUpOutcome[]> {
  const { servers, clock, catalog } = works;
  const snapshot = await observe({ servers, clock, probes: shelves.probes, ledger: catalog }, ask.target, {
    seconds: 0,
    ...(ask.signal && { signal: ask.signal }),
  });
  const wanted = ask.node === undefined ? headsOf(snapshot) : [nodeNamed(snapshot, ask.node)];
  const outcomes: BackUpOutcome[] = [];
  for (const node of wanted) {
    if (node?.kind === 'read') outcomes.push(await backUpGroup(works, shelves, snapshot, node, ask));
    else outcomes.push(unreadable(node?.name ?? ask.node ?? '', node?.detail, ask.target));
  }
  if (outcomes.length > 0) return outcomes;
  return snapshot.nodes.map(({ name, ...node }) =>
    unreadable(name, node.kind === 'unread' ? node.detail : undefined, ask.target),
  );
}

function unreadable(node: string, detail: string | undefined, target: Target): BackUpOutcome {
  const because = detail === undefined ? `${node} is no server of ${target.name}` : `${node} cannot be read: ${detail}`;
  return { kind: 'refused', node, because };
}

function headsOf(snapshot: Snapshot): ReadNode[] {
  return [...new Set(readNodes(snapshot).map((node) => headOf(snapshot, node)))];
}

async function backUpGroup(
  works: Works,
  { actions }: Planning,
  snapshot: Snapshot,
  node: ReadNode,
  ask: BackUpAsk,
): Promise<BackUpOutcome> {
  const args = ask.node === undefined ? {} : { from: ask.node };
  const plan = actions.get('take-backup')?.plan(args, snapshot, node) ?? { refused: 'there is no action take-backup' };
  const refused = async (because: string): Promise<BackUpOutcome> => {
    const facts = { node: node.name, reason: ask.reason.kind, because };
    await works.tell({ kind: 'backup-failed', target: ask.target.name, facts });
    return { kind: 'refused', node: node.name, because };
  };
  if ('refused' in plan) return refused(plan.refused);
  const [command] = plan.commands;
  if (!command) return refused('nothing is planned');
  ask.announce?.(plan.impact);
  const taken = await takeBackup(works, {
    // What was learnt of it on the way, such as the addresses of a Sentinel's servers.
    target: snapshot.target,
    node: parseNodeName(command.node),
    reason: ask.reason,
    ...(ask.signal && { signal: ask.signal }),
    ...(ask.progress && { progress: ask.progress }),
  });
  return { node: command.node, ...taken };
}

/** Deletes the backups of a target that need not be kept any more, and gives them. */
export async function prune(works: Works, target: Target, dry = false): Promise<Backup[]> {
  const { catalog, clock } = works;
  const gone = expendable(await catalog.list(target.name), target.backup?.keep ?? {}, clock.now());
  if (dry) return gone;
  for (const backup of gone) {
    await catalog.remove(backup.id);
    const facts = { backup: backup.id, takenAt: new Date(backup.takenAt).toISOString(), bytes: backup.bytes };
    await works.tell({ kind: 'backup-deleted', target: target.name, facts });
  }
  return gone;
}
