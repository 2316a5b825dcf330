import { bySeverity, type Finding, type Rival, severityRank } from '../domain/finding.ts';
import { sourcesOf } from '../domain/replication-graph.ts';
import { neighbours, type Snapshot } from '../domain/snapshot.ts';

/** A finding that says it accounts for another one, and how far away it is. */
interface Claim {
  cause: Finding;
  distance: number;
}

/** Who says of a finding that it accounts for it, by finding. */
type Claims = ReadonlyMap<Finding, readonly Claim[]>;

/**
 * Puts causes over symptoms. Findings come in with `explains` as their rules claim it and leave with what they
 * really explain here: the worst incident first, each root followed by its symptoms. A symptom stands under the cause
 * next to it: of `a explains b and c, b explains c` comes a chain. `tells` is what a rule says would give its fault away.
 */
export function foldSymptoms(
  found: readonly Finding[],
  snapshot: Snapshot,
  tells: (id: string) => string | undefined,
): Finding[] {
  const sorted = found.toSorted(bySeverity);
  const claims: Claims = new Map(sorted.map((symptom) => [symptom, claimsOn(symptom, sorted, snapshot)]));
  const causes = new Map<Finding, Finding>();
  const candidates = new Map<Finding, readonly Finding[]>();
  // The mildest first: of two findings that claim each other the more severe one stays on top.
  for (const symptom of sorted.toReversed()) {
    const nearest = nearestCauses(symptom, claims, causes);
    candidates.set(symptom, nearest);
    if (nearest[0]) causes.set(symptom, nearest[0]);
  }
  const symptomsOf = (cause: Finding) => sorted.filter((symptom) => causes.get(symptom) === cause);
  const tree = (root: Finding): Finding[] => [root, ...symptomsOf(root).flatMap(tree)];
  const worst = (branch: readonly Finding[]) => Math.min(...branch.map((finding) => severityRank(finding.severity)));
  return sorted
    .filter((finding) => !causes.has(finding))
    .map(tree)
    .toSorted((one, other) => worst(one) - worst(other))
    .flat()
    .map((finding) => {
      const cause = causes.get(finding);
      const competing = cause ? rivalsFor(finding, candidates.get(finding) ?? [], causes, tells) : [];
      return {
        ...finding,
        explains: [...new Set(symptomsOf(finding).map((symptom) => symptom.id))],
        explainedBy: cause?.id ?? null,
        ...(cause && { explainedOn: cause.node }),
        ...(competing.length > 1 && { competing }),
      };
    });
}

function claimsOn(symptom: Finding, sorted: readonly Finding[], snapshot: Snapshot): Claim[] {
  return sorted.flatMap((cause) => {
    if (cause === symptom || !cause.explains.includes(symptom.id) || isBelow(cause, symptom)) return [];
    const distance = distanceOf(cause.node, symptom.node, snapshot);
    return distance === undefined ? [] : [{ cause, distance }];
  });
}

/** The causes that no other one of them comes of, and of these the ones on the nearest node, the most severe first. */
function nearestCauses(symptom: Finding, claims: Claims, causes: ReadonlyMap<Finding, Finding>): Finding[] {
  const open = (claims.get(symptom) ?? [])
    .filter(({ cause }) => !chainUp(cause, causes).includes(symptom))
    .map((claim) => ({ ...claim, above: behind(claim.cause, claims) }));
  const last = open.filter(
    (one, at) =>
      !open.some((other, place) => other.above.has(one.cause) && (!one.above.has(other.cause) || at < place)),
  );
  const least = Math.min(...last.map(({ distance }) => distance));
  return last.filter(({ distance }) => distance === least).map(({ cause }) => cause);
}

/** All that may be why this happened, over any number of steps. */
function behind(finding: Finding, claims: Claims, seen = new Set<Finding>()): Set<Finding> {
  for (const { cause } of claims.get(finding) ?? []) {
    if (seen.has(cause)) continue;
    seen.add(cause);
    behind(cause, claims, seen);
  }
  return seen;
}

/** A finding and what is above it, up to the root. */
function chainUp(finding: Finding, causes: ReadonlyMap<Finding, Finding>): Finding[] {
  const chain: Finding[] = [];
  for (let at: Finding | undefined = finding; at; at = causes.get(at)) chain.push(at);
  return chain;
}

/**
 * The causes that compete for a fault: equally near, in incidents of their own, and each with a sign that tells it from
 * the others. What is only noted is not worth the question.
 */
function rivalsFor(
  symptom: Finding,
  candidates: readonly Finding[],
  causes: ReadonlyMap<Finding, Finding>,
  tells: (id: string) => string | undefined,
): Rival[] {
  if (symptom.severity === 'info') return [];
  const known = new Set<string>();
  const rivals = candidates.map((cause): Rival | undefined => {
    const { id, node } = cause;
    const root = chainUp(cause, causes).at(-1)?.id ?? id;
    const sign = known.has(id) || known.has(root) ? undefined : tells(id);
    known.add(id).add(root);
    return sign === undefined ? undefined : { id, node, tells: sign };
  });
  return rivals[0] ? rivals.filter((one) => one !== undefined) : [];
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
