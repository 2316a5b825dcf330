import { type KeptBackups, NO_BACKUPS } from '../../domain/backup.ts';
import type { TargetName } from '../../domain/ids.ts';
import type { Probe } from '../../domain/probe.ts';
import type { Shelf } from '../../domain/shelf.ts';
import type { Node, ProbeOutcome } from '../../domain/snapshot.ts';

/** What is known of the backups of a target; rejects when the place cannot be read. */
export interface Ledger {
  of(target: TargetName): Promise<KeptBackups>;
}

/** Puts what is known of the backups beside what the servers told; "could not look" is told as such. */
export async function withBackups(
  ledger: Ledger | undefined,
  target: TargetName,
  probes: Shelf<Probe<unknown>>,
): Promise<(node: Node) => Node> {
  const own = [...probes.values()].filter(({ asks }) => asks === 'medic');
  const outcome = await lookAt(ledger, target);
  return (node) =>
    node.kind === 'unread'
      ? node
      : { ...node, outcomes: new Map([...node.outcomes, ...own.map((probe) => [probe, outcome] as const)]) };
}

async function lookAt(ledger: Ledger | undefined, target: TargetName): Promise<ProbeOutcome> {
  try {
    const now = ledger ? await ledger.of(target) : NO_BACKUPS;
    return { kind: 'read', reading: { now, seconds: 0 } };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { kind: 'unanswered', reason: `the backups cannot be listed: ${why}` };
  }
}
