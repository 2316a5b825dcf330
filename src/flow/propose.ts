import { type Refusal, RISKS, type Risk } from '../domain/action.ts';
import type { Finding } from '../domain/finding.ts';
import { causesOf } from '../domain/forest.ts';
import type { Ids, SlackUserId } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import type { LoadedPlaybook } from '../domain/playbook.ts';
import { acts, canonicalJson, digestOf, type Proposal, ProposalBody } from '../domain/proposal.ts';
import type { Report } from '../domain/report.ts';
import { nodeNamed, type Snapshot } from '../domain/snapshot.ts';
import { standIn } from '../domain/stand-in.ts';
import { policyFor } from './approval.ts';
import type { WrongValue } from './parameters.ts';
import { type PlanDraft, planPlaybook, worksUnread, worthwhile } from './plan-playbook.ts';
import type { Shelves } from './ports.ts';

export interface ProposeInput {
  snapshot: Snapshot;
  report: Report;
  incident: Incident;
  requestedBy: SlackUserId | null;
  /** Proposals of this incident that are at work: they are not offered a second time meanwhile. */
  underWay: readonly Proposal[];
  /** Those of them that were run on these servers and did not help. */
  tried: readonly Proposal[];
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

const TRIED = 'these commands were run in this incident, and the fault was still there afterwards';

/** More than this nobody reads at 3 a.m. */
const MOST = 4;

/** What people could approve now, and which remedies were not possible and why. */
export function propose(input: ProposeInput): { proposals: Proposal[]; refused: RefusedPlaybook[] } {
  const proposals: Proposal[] = [];
  const refused: RefusedPlaybook[] = [];
  const taken = new Set(input.underWay.map(deed));
  const tried = new Map(input.tried.map((proposal) => [deed(proposal), proposal]));
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
      if ('refused' in offer) {
        if (!offer.elsewhere) refused.push({ playbook, finding: finding.id, because: offer.refused });
      } else if (tried.has(deed(offer))) refused.push({ playbook, finding: finding.id, because: TRIED });
      else offers.push(offer);
    }
    // An instruction for people hides no command that would help with what comes of it.
    if (offers.some(acts)) answered.add(finding);
    const again = ({ playbook }: Proposal) => input.tried.filter((one) => one.playbook === playbook).length;
    for (const offer of offers.toSorted((one, two) => again(one) - again(two) || rank(one.risk) - rank(two.risk))) {
      if (taken.has(deed(offer))) continue;
      taken.add(deed(offer));
      proposals.push(offer);
    }
  }
  const inOrder = proposals.toSorted((one, two) => Number(acts(two)) - Number(acts(one)));
  return { proposals: inOrder.slice(0, MOST), refused };
}

function rank(risk: Risk): number {
  return RISKS.indexOf(risk);
}

/** Two proposals with one deed send the same commands for the same reason. */
function deed({ playbook, steps }: ProposalBody): string {
  return canonicalJson([playbook, steps.map((step) => (step.kind === 'action' ? step.commands : step))]);
}

function offerFor(id: string, finding: Finding, input: ProposeInput): Proposal | Refusal {
  const { snapshot, shelves } = input;
  const loaded = shelves.playbooks.get(id);
  if (!loaded) return { refused: `there is no playbook ${id}` };
  const named = worksUnread(loaded, shelves) ? nodeNamed(snapshot, finding.node) : undefined;
  const node = named ?? standIn(snapshot, finding.node);
  if (!node) return { refused: `${finding.node} could not be read, so nothing can be planned on it` };
  const plan = planPlaybook({ loaded, node, snapshot, report: input.report, values: {}, shelves });
  if ('refused' in plan)
    return plan.wrong?.every(({ missing }) => missing) ? askedFor(loaded, input, plan.wrong) : plan;
  const findings = [finding.id, ...plan.findings.filter((rule) => rule !== finding.id)];
  const about = finding.node === node.name ? {} : { about: finding.node };
  return proposalOf({ ...plan, findings, ...about }, input);
}

/** What a diagnosis cannot know, such as the name of a key, a person says. */
function askedFor(
  { id, parameters }: LoadedPlaybook,
  { snapshot }: ProposeInput,
  wrong: readonly WrongValue[],
): Refusal {
  const labels = wrong.map(({ name }) => parameters.find((known) => known.name === name)?.spec.label ?? name);
  return {
    refused: `somebody has to say: ${labels.join(', ')}. Ask for it with /redis run ${id} ${snapshot.target.name}`,
  };
}

/** A plan as something that people can approve. */
export function proposalOf(
  plan: PlanDraft,
  { incident, requestedBy, ids, now }: Pick<ProposeInput, 'incident' | 'requestedBy' | 'ids' | 'now'>,
  byHand = false,
): Proposal {
  const body = ProposalBody.parse({
    ...plan,
    id: ids.proposal(),
    incident: incident.id,
    undoes: null,
    requestedBy,
    ...(byHand && { byHand }),
    proposedAt: now,
    expiresAt: now + policyFor(plan.risk).ttlMs,
  });
  return { ...body, digest: digestOf(body), state: 'open', reason: null, decidedAt: null };
}
