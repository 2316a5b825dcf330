import { bySeverity, type Finding, type Rival, type Severity, severityRank } from './finding.ts';

/** One fault, as it was seen on one or more servers, the worst first, and what came of it. */
export interface Branch {
  fault: readonly [Finding, ...Finding[]];
  symptoms: readonly Branch[];
}

/** The cause of each symptom, out of a report's findings: there each root is followed by its symptoms. */
export function causesOf(findings: readonly Finding[]): Map<Finding, Finding> {
  const causes = new Map<Finding, Finding>();
  for (const [at, symptom] of findings.entries()) {
    const cause = findings.slice(0, at).findLast((other) => isCause(other, symptom));
    if (cause) causes.set(symptom, cause);
  }
  return causes;
}

/** Reports of older versions do not say on which node the cause is. */
function isCause({ id, node }: Finding, { explainedBy, explainedOn }: Finding): boolean {
  return id === explainedBy && (explainedOn === undefined || node === explainedOn);
}

/**
 * The incidents of a report as they are told: each root with its symptoms below it. Six nodes that show the same for the
 * same reason are one branch.
 */
export function forest(findings: readonly Finding[]): Branch[] {
  const causes = causesOf(findings);
  const below = Map.groupBy(findings, (finding) => causes.get(finding));
  const grow = (causes: readonly (Finding | undefined)[]): Branch[] =>
    [
      ...Map.groupBy(
        causes.flatMap((cause) => below.get(cause) ?? []),
        ({ id }) => id,
      ).values(),
    ].flatMap((same) => {
      const [worst, ...others] = same.toSorted(bySeverity);
      return worst ? [{ fault: [worst, ...others], symptoms: grow(same) }] : [];
    });
  return grow([undefined]);
}

/** How bad an incident is: as its worst symptom. */
export function severityOf({ fault: [{ severity }], symptoms }: Branch): Severity {
  return symptoms
    .map(severityOf)
    .reduce((worst, one) => (severityRank(one) < severityRank(worst) ? one : worst), severity);
}

/** The servers that a fault was seen on, the worst first. */
export function nodesOf({ fault }: Branch): string[] {
  return [...new Set(fault.map(({ node }) => node))];
}

/** What came of a fault, each symptom after its cause; 0 is next to the root. */
export function comesOf(branch: Branch, depth = 0): { symptom: Branch; depth: number }[] {
  return branch.symptoms.flatMap((symptom) => [{ symptom, depth }, ...comesOf(symptom, depth + 1)]);
}

/** The causes that compete for a fault on any of its servers, each once. */
export function rivalsOf({ fault }: Branch): Rival[] {
  const rivals = fault.flatMap(({ competing }) => competing ?? []);
  return rivals.filter(({ id }, at) => rivals.findIndex((other) => other.id === id) === at);
}

/** What a symptom stands under, or may stand under: `because of a, or of b`. Empty for a root. */
export function becauseOf(branch: Branch): string {
  const [{ explainedBy }] = branch.fault;
  if (explainedBy === null) return '';
  const others = rivalsOf(branch).filter(({ id }) => id !== explainedBy);
  return ['because', [explainedBy, ...others.map(({ id }) => id)].map((id) => `of ${id}`).join(', or ')].join(' ');
}
