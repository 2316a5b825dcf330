import { type Action, type Plan, type Refusal, RISKS, type Risk } from '../domain/action.ts';
import { type Finding, severityRank } from '../domain/finding.ts';
import { causesOf } from '../domain/forest.ts';
import type { Ids, SlackUserId } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import type { LoadedPlaybook } from '../domain/playbook.ts';
import { NotAnswered } from '../domain/probe.ts';
import { canonicalJson, digestOf, type Proposal, ProposalBody, type ProposalStep } from '../domain/proposal.ts';
import { groupName } from '../domain/replication-graph.ts';
import type { Report } from '../domain/report.ts';
import { nodeNamed, type ReadNode, type Snapshot } from '../domain/snapshot.ts';
import { policyFor } from './approval.ts';
import { fingerprint } from './fingerprint.ts';
import type { Shelves } from './ports.ts';

export interface ProposeInput {
  snapshot: Snapshot;
  report: Report;
  incident: Incident;
  requestedBy: SlackUserId | null;
  /** Proposals of this incident so far. */
  existing: readonly Proposal[];
  shelves: Shelves;
  ids: Ids;
  /** Epoch ms. */
  now: number;
}

/** A playbook that answers a finding but cannot be used here, with the reason for people. */
export interface RefusedPlaybook {
  playbook: string;
  finding: string;
  because: string;
}

/** More than this nobody reads at 3 a.m. */
const MOST = 4;

/** What people could approve now, and which remedies were not possible and why. */
export function propose(input: ProposeInput): { proposals: Proposal[]; refused: RefusedPlaybook[] } {
  const proposals: Proposal[] = [];
  const refused: RefusedPlaybook[] = [];
  const taken = new Set(input.existing.filter((proposal) => proposal.state === 'open').map(deed));
  const answered = new Set<Finding>();
  const causes = causesOf(input.report.findings);
  for (const finding of input.report.findings) {
    const cause = causes.get(finding);
    // Who answers a cause answers all that comes of it.
    if (cause && answered.has(cause)) answered.add(finding);
    if (answered.has(finding) || !worthwhile(finding)) continue;
    const offers: Proposal[] = [];
    for (const playbook of finding.playbooks) {
      const offer = offerFor(playbook, finding, input);
      if ('refused' in offer) refused.push({ playbook, finding: finding.id, because: offer.refused });
      else offers.push(offer);
    }
    if (offers.length > 0) answered.add(finding);
    for (const offer of offers.toSorted((one, other) => rank(one.risk) - rank(other.risk))) {
      if (taken.has(deed(offer))) continue;
      taken.add(deed(offer));
      proposals.push(offer);
    }
  }
  return { proposals: proposals.slice(0, MOST), refused };
}

function worthwhile({ severity }: Finding): boolean {
  return severityRank(severity) <= severityRank('warning');
}

function rank(risk: Risk): number {
  return RISKS.indexOf(risk);
}

/** Two proposals with one deed send the same commands for the same reason. */
function deed({ playbook, steps }: ProposalBody): string {
  return canonicalJson([playbook, steps.map((step) => (step.kind === 'action' ? step.commands : step.until))]);
}

function offerFor(id: string, finding: Finding, input: ProposeInput): Proposal | Refusal {
  const { snapshot, shelves } = input;
  const loaded = shelves.playbooks.get(id);
  if (!loaded) return { refused: `there is no playbook ${id}` };
  const node = nodeNamed(snapshot, finding.node);
  if (node?.kind !== 'read') return { refused: `${finding.node} could not be read, so nothing can be planned on it` };
  try {
    const guarded = loaded.unless.find(({ guard }) => guard.holds(node));
    if (guarded) return { refused: guarded.because };
    const planned = planSteps(loaded, node, input);
    return 'refused' in planned ? planned : assemble(loaded, node, finding, planned, input);
  } catch (error) {
    if (error instanceof NotAnswered) return { refused: error.message };
    throw error;
  }
}

interface Planned {
  steps: ProposalStep[];
  risk: Risk;
}

function planSteps({ playbook }: LoadedPlaybook, node: ReadNode, input: ProposeInput): Planned | Refusal {
  const { snapshot, shelves } = input;
  const steps: ProposalStep[] = [];
  /** Readings that a step before sets: the steps after it cannot expect them unchanged. */
  const set = new Set<string>();
  let risk: Risk = 'read';
  for (const step of playbook.steps) {
    if ('wait' in step) {
      const { until, timeout_s } = step.wait;
      steps.push({ kind: 'wait', node: node.name, until, timeoutSeconds: timeout_s });
      continue;
    }
    const plan = planOf(shelves.actions.get(step.action), step.action, step.with, snapshot, node);
    if ('refused' in plan) return plan;
    const expects = fingerprint(plan.watches, snapshot, shelves.probes).filter((one) => !set.has(key(one)));
    for (const command of plan.commands) for (const applied of command.applied) set.add(key(applied));
    if (rank(plan.risk) > rank(risk)) risk = plan.risk;
    steps.push({
      kind: 'action',
      action: step.action,
      args: plan.args,
      node: node.name,
      commands: plan.commands.map(copy),
      undo: typeof plan.undo === 'string' ? plan.undo : plan.undo.map(copy),
      undoWhile: [...(plan.undoWhile ?? [])],
      onlyWhile: [],
      impact: [...plan.impact],
      expects,
    });
  }
  return { steps, risk };
}

function planOf(
  action: Action | undefined,
  id: string,
  args: unknown,
  snapshot: Snapshot,
  node: ReadNode,
): Plan<unknown> | Refusal {
  return action ? action.plan(args, snapshot, node) : { refused: `there is no action ${id}` };
}

function key({ node, reading }: { node: string; reading: string }): string {
  return `${node} ${reading}`;
}

function copy({ node, argv, applied }: Plan<unknown>['commands'][number]) {
  const [head, ...words] = argv;
  return { node, argv: [head, ...words] satisfies [string, ...string[]], applied: [...applied] };
}

function assemble(
  { id, playbook }: LoadedPlaybook,
  node: ReadNode,
  finding: Finding,
  { steps, risk }: Planned,
  { snapshot, report, incident, requestedBy, ids, now }: ProposeInput,
): Proposal {
  const found = new Set(report.findings.filter(worthwhile).map((one) => one.id));
  const answers = playbook.when.filter((rule) => found.has(rule));
  const body = ProposalBody.parse({
    id: ids.proposal(),
    incident: incident.id,
    target: incident.target,
    group: groupName(snapshot, node),
    playbook: id,
    undoes: null,
    title: playbook.title,
    summary: playbook.summary,
    findings: [finding.id, ...answers.filter((rule) => rule !== finding.id)],
    node: node.name,
    risk,
    steps,
    settled: {
      withinSeconds: playbook.settled.within_s,
      clear: playbook.settled.clear ?? answers,
      hold: playbook.settled.hold,
    },
    requestedBy,
    proposedAt: now,
    expiresAt: now + policyFor(risk).ttlMs,
  } satisfies Record<keyof ProposalBody, unknown>);
  return { ...body, digest: digestOf(body), state: 'open', reason: null, decidedAt: null };
}
