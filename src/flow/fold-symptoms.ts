import { bySeverity, type Finding, severityRank } from '../domain/finding.ts';
import { sourcesOf } from '../domain/replication-graph.ts';
import { neighbours, type Snapshot } from '../domain/snapshot.ts';

/**
 * Puts causes over symptoms. Findings come in with `explains` as their rules claim it and leave with what they
 * really explain here: the worst incident first, each root followed by its symptoms.
 */
export function foldSymptoms(found: readonly Finding[], snapshot: Snapshot): Finding[] {
  const causes = new Map<Finding, Finding>();
  const sorted = found.toSorted(bySeverity);
  // The mildest first: of two findings that claim each other the more severe one stays on top.
  for (const symptom of sorted.toReversed()) {
    const cause = nearestCause(symptom, sorted, snapshot, causes);
    if (cause) causes.set(symptom, cause);
  }
  const symptomsOf = (cause: Finding) => sorted.filter((symptom) => causes.get(symptom) === cause);
  const tree = (root: Finding): Finding[] => [root, ...symptomsOf(root).flatMap(tree)];
  const worst = (branch: readonly Finding[]) => Math.min(...branch.map((finding) => severityRank(finding.severity)));
  return sorted
    .filter((finding) => !causes.has(finding))
    .map(tree)
    .toSorted((one, other) => worst(one) - worst(other))
    .flat()
    .map((finding) => ({
      ...finding,
      explains: [...new Set(symptomsOf(finding).map((symptom) => symptom.id))],
      explainedBy: causes.get(finding)?.id ?? null,
    }));
}

function nearestCause(
  symptom: Finding,
  sorted: readonly Finding[],
  snapshot: Snapshot,
  causes: ReadonlyMap<Finding, Finding>,
): Finding | undefined {
  let nearest: { cause: Finding; distance: number } | undefined;
  for (const cause of sorted) {
    if (!cause.explains.includes(symptom.id) || isBelow(cause, symptom) || wouldCircle(symptom, cause, causes))
      continue;
    const distance = distanceOf(cause.node, symptom.node, snapshot);
    if (distance === undefined || (nearest && nearest.distance <= distance)) continue;
    nearest = { cause, distance };
  }
  return nearest?.cause;
}

/**
 * 0 on the same node, 1 over a replication link, one more for each link down a chain, 2 when one of them is about a
 * Sentinel or the target as a whole, or a primary misses something and the cause is a member that nobody is linked with;
 * else unrelated.
 */
function distanceOf(cause: string, symptom: string, snapshot: Snapshot): number | undefined {
  if (cause === symptom) return 0;
  const above = sourcesOf(snapshot, symptom).findIndex(({ name }) => name === cause);
  if (above >= 0) return above + 1;
  if (neighbours(snapshot, symptom).includes(cause)) return 1;
  if ([cause, symptom].some((name) => name === snapshot.target.name || isSentinel(name, snapshot))) return 2;
  return isPrimary(symptom, snapshot) && isLost(cause, snapshot) ? 2 : undefined;
}

function isSentinel(name: string, { sentinels }: Snapshot): boolean {
  return sentinels.some((node) => node.name === name);
}

function isPrimary(name: string, { nodes }: Snapshot): boolean {
  return nodes.some((node) => node.name === name && node.kind === 'read' && node.identity.role === 'primary');
}

/** A dead replica is in nobody's list: once it was named in the target, it is what its primary misses. */
function isLost(name: string, snapshot: Snapshot): boolean {
  return (
    neighbours(snapshot, name).length === 0 &&
    snapshot.nodes.some((node) => node.name === name && node.kind === 'unread')
  );
}

/** What is only noted is not why something is broken. */
function isBelow(cause: Finding, symptom: Finding): boolean {
  return cause.severity === 'info' && symptom.severity !== 'info';
}

function wouldCircle(symptom: Finding, cause: Finding, causes: ReadonlyMap<Finding, Finding>): boolean {
  for (let at: Finding | undefined = cause; at; at = causes.get(at)) if (at === symptom) return true;
  return false;
}
