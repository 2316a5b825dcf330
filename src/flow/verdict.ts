import type { Finding } from '../domain/finding.ts';
import type { Verdict } from '../domain/report.ts';
import { readNodes, type Snapshot, type UnreadCause } from '../domain/snapshot.ts';

/** Nobody can tell from here whether the server is well; the other causes come from a server that answers. */
const SILENT: readonly UnreadCause[] = ['unreachable', 'hung', 'not-a-redis-server', 'tls-mismatch'];

/** The server itself is in trouble, and applications feel it as we do. */
const FAULTS: readonly UnreadCause[] = ['busy', 'max-clients'];

/** One word for the whole target; "could not look" is never "healthy". */
export function verdictOf(snapshot: Snapshot, findings: readonly Finding[]): Verdict {
  if (readNodes(snapshot).length === 0) return verdictUnread(snapshot, findings);
  const severities = new Set(findings.map((finding) => finding.severity));
  if (severities.has('critical') || severities.has('high')) return 'critical';
  if (severities.has('warning')) return 'warning';
  return essentialsRead(snapshot) ? 'healthy' : 'unassessed';
}

/** Sentinels that answer know what we cannot see; when none does, they stand for the servers that are not known. */
function verdictUnread({ nodes, sentinels }: Snapshot, findings: readonly Finding[]): Verdict {
  const watched = sentinels.some(({ kind }) => kind === 'read');
  if (watched && findings.some(({ severity }) => severity === 'critical')) return 'critical';
  const unread = (nodes.length > 0 || watched ? nodes : sentinels).filter((node) => node.kind === 'unread');
  const inTrouble = unread.filter(({ cause }) => FAULTS.includes(cause)).map(({ name }) => name);
  if (findings.some(({ node }) => inTrouble.includes(node))) return 'critical';
  return unread.length > 0 && unread.every(({ cause }) => SILENT.includes(cause)) ? 'unreachable' : 'unassessed';
}

/** Memory, replication and persistence are all in the one INFO reply, so every INFO probe must have been read. */
function essentialsRead(snapshot: Snapshot): boolean {
  return readNodes(snapshot).every((node) =>
    [...node.outcomes].every(
      ([{ asks, allows }, outcome]) =>
        outcome.kind === 'read' || asks !== 'server' || !allows.some(([command]) => command === 'INFO'),
    ),
  );
}
