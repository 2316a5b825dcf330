import { z } from 'zod';

export const SEVERITIES = ['critical', 'high', 'warning', 'info'] as const;
export const Severity = z.enum(SEVERITIES);
export type Severity = z.infer<typeof Severity>;

/** One observed fact: an INFO field, a CONFIG parameter or a derived figure, with what was expected of it. */
export const Evidence = z.object({ field: z.string(), value: z.string(), expected: z.string() });
export type Evidence = z.infer<typeof Evidence>;

/** One of several causes that a symptom may have, and what one would see if it is this one. */
export const Rival = z.object({ id: z.string(), node: z.string(), tells: z.string() });
export type Rival = z.infer<typeof Rival>;

/** A fault that was seen, in the form that reports, proposals and the audit trail carry. */
export const Finding = z.object({
  /** The rule's file name. */
  id: z.string(),
  severity: Severity,
  /** `host:port` of the node that it was seen on. */
  node: z.string(),
  headline: z.string(),
  evidence: z.array(Evidence),
  /** What it means, what usually causes it, what to do: two or three sentences. */
  more: z.string(),
  /** Rule ids of the symptoms of this incident that it accounts for. */
  explains: z.array(z.string()),
  /** The rule id of its cause, when one was found. */
  explainedBy: z.string().nullable(),
  /** The node of that cause; absent without one, and in reports of older versions. */
  explainedOn: z.string().optional(),
  /** Two or more causes that it may have, the likeliest, which is `explainedBy`, first; absent where one is known. */
  competing: z.array(Rival).optional(),
  /** Playbook ids that answer it here. */
  playbooks: z.array(z.string()),
});
export type Finding = z.infer<typeof Finding>;

/** "Could not look" is never "all clear". */
export const Unassessed = z.object({ id: z.string(), node: z.string(), reason: z.string() });
export type Unassessed = z.infer<typeof Unassessed>;

export function severityRank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/** Critical first, then by id, then by node. */
export function bySeverity(one: Finding, other: Finding): number {
  return (
    severityRank(one.severity) - severityRank(other.severity) ||
    byText(one.id, other.id) ||
    byText(one.node, other.node)
  );
}

/** Ids and addresses need no language's order, which costs more than all rules together. */
function byText(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1;
}
