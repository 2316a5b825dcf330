import { type Automatic, type AutoPolicy, CONFIDENCES, type Confidence, isQuiet } from '../../domain/auto.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Proposal } from '../../domain/proposal.ts';
import type { Report } from '../../domain/report.ts';
import type { Rule } from '../../domain/rule.ts';
import type { Shelf } from '../../domain/shelf.ts';
import { duration } from '../../domain/units.ts';

export interface AutoFacts {
  /** Why running or running by itself is paused; null when it is not. */
  paused: string | null;
  report: Report;
  rules: Shelf<Rule>;
  /** What ran by itself on this target lately, newest first. */
  history: readonly Automatic[];
  /** Epoch ms. */
  now: number;
}

/** Why a proposal that medic.yml names must wait for people all the same; undefined when it may run by itself. Pure. */
export function objectionToAuto(policy: AutoPolicy, proposal: Proposal, facts: AutoFacts): string | undefined {
  return (
    objectionOfRisk(proposal) ??
    (facts.paused === null ? undefined : `running is paused: ${facts.paused}`) ??
    objectionOfTime(policy, facts.now) ??
    objectionOfHistory(policy, proposal, facts) ??
    objectionOfDoubt(policy, proposal, facts)
  );
}

function objectionOfRisk({ risk, steps }: Proposal): string | undefined {
  if (risk !== 'reversible') return `its risk is ${risk}, and only what is reversible runs by itself`;
  return steps.some(({ kind }) => kind === 'manual') ? 'one of its steps is for a person' : undefined;
}

function objectionOfTime({ quiet }: AutoPolicy, now: number): string | undefined {
  return quiet && isQuiet(quiet, now) ? `these are its quiet hours (${quiet.timeZone})` : undefined;
}

function objectionOfHistory(
  { atMost, withinSeconds, coolDownSeconds }: AutoPolicy,
  { playbook, node }: Proposal,
  { history, now }: AutoFacts,
): string | undefined {
  const since = (seconds: number) => history.filter(({ ranAt }) => (ranAt ?? 0) > now - seconds * 1000);
  if (since(coolDownSeconds).some((ran) => ran.playbook === playbook && ran.node === node)) {
    return `${playbook} ran by itself on ${node} less than ${duration(coolDownSeconds)} ago, and the fault is back`;
  }
  const lately = since(withinSeconds).length;
  return lately >= atMost
    ? `${lately} ran by themselves on this target within ${duration(withinSeconds)}, and that is the most`
    : undefined;
}

function objectionOfDoubt(policy: AutoPolicy, proposal: Proposal, { report, rules }: AutoFacts): string | undefined {
  const finding = report.findings.find(({ id, node }) => id === proposal.findings[0] && node === proposal.node);
  if (!finding) return 'the fault is not there any more';
  const { confidence, because } = confidenceIn(finding, report, rules);
  return CONFIDENCES.indexOf(confidence) > CONFIDENCES.indexOf(policy.confidence)
    ? `confidence is ${confidence}, not ${policy.confidence}: ${because}`
    : undefined;
}

/** How sure a report is that a finding is where the trouble comes from, and why it is not surer. */
export function confidenceIn(
  finding: Finding,
  report: Report,
  rules: Shelf<Rule>,
): { confidence: Confidence; because: string } {
  if (finding.competing) {
    const rivals = finding.competing.map(({ id }) => id).join(' and ');
    return { confidence: 'low', because: `${rivals} compete as its cause` };
  }
  if (finding.explainedBy !== null) return { confidence: 'low', because: `it comes of ${finding.explainedBy}` };
  const unseen = report.unassessed.filter(
    ({ id, node }) => node === finding.node && rules.get(id)?.explains.includes(finding.id) === true,
  );
  if (unseen.length === 0) return { confidence: 'high', because: 'nothing else accounts for it' };
  const named = unseen.map(({ id }) => id).slice(0, 3);
  return { confidence: 'medium', because: `${named.join(', ')} might be behind it and could not be assessed` };
}
