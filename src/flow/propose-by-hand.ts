import { closest } from '../domain/closest.ts';
import type { ProposalId, SlackUserId, TargetName } from '../domain/ids.ts';
import type { Incident } from '../domain/incident.ts';
import type { ParameterValues } from '../domain/parameter.ts';
import { canonicalJson, type Proposal } from '../domain/proposal.ts';
import { planSomewhere } from './choose-node.ts';
import { diagnose } from './diagnose.ts';
import { addProposal, keepReport } from './keep-report.ts';
import { openIncident } from './open-incident.ts';
import type { WrongValue } from './parameters.ts';
import { pastOf } from './past.ts';
import type { PlanDraft } from './plan-playbook.ts';
import type { Ports, Tx } from './ports.ts';
import { proposalOf } from './propose.ts';
import { supersede } from './supersede.ts';

export interface ByHand {
  playbook: string;
  target: TargetName;
  by: SlackUserId;
  /** Chosen over the defaults. */
  values: ParameterValues;
  /** `host:port`, where it is not plain which. */
  node?: string;
  /** The proposal whose values are changed. */
  instead?: ProposalId;
}

export type HandProposed =
  | { kind: 'proposed'; proposal: Proposal; isNew: boolean }
  /** `wrong` names the values to choose otherwise; `node` that a server has to be named. */
  | { kind: 'refused'; sentence: string; wrong?: readonly WrongValue[]; node?: true };

/**
 * Plans a playbook that a person asked for, from fresh readings, and proposes it in the thread of its target: approved,
 * checked and run as any other. An open plan of the same playbook for the same server gives way to it.
 */
export async function proposeByHand(ports: Ports, ask: ByHand): Promise<HandProposed> {
  const loaded = ports.shelves.playbooks.get(ask.playbook);
  if (!loaded) return refusal(unknownPlaybook(ports, ask.playbook));
  const target = ports.targets.get(ask.target);
  if (!target) return refusal(`${ask.target} is not in medic.yml any more.`);
  const diagnosis = await diagnose(ports, target, {
    seconds: ports.windowSeconds,
    past: await pastOf(ports.store, target),
  });
  const planned = await planSomewhere(
    ports,
    { loaded, ...diagnosis, values: ask.values, shelves: ports.shelves },
    ask.node ?? (await nodeOf(ports, ask.instead)),
  );
  if (planned.kind === 'strange') return { ...refusal(`Nothing was proposed: ${planned.refused}.`), node: true };
  if (planned.kind === 'refused') {
    const { refused, node, wrong } = planned;
    const sentence = `${loaded.playbook.title} cannot be proposed on ${node}: ${refused}.`.replace(/\.\.$/, '.');
    return wrong ? { ...refusal(sentence), wrong } : refusal(sentence);
  }
  const permission = await ports.people.mayApprove(ask.by, { fresh: false });
  const approver = permission.kind === 'allowed';
  const answer = await ports.store.transaction(async (tx): Promise<HandProposed> => {
    const opening = { target, openedBy: `/redis run ${ask.playbook}`, requestedBy: ask.by };
    const incident = await openIncident(ports, tx, opening);
    const kept = await keep(ports, tx, incident, planned.draft, { ...ask, approver });
    // A thread that is new tells what the servers look like, and what else would help.
    if (incident.report === null) await keepReport(ports, tx, incident, diagnosis, incident.requestedBy);
    await ports.face.show(tx, incident.id);
    return kept;
  });
  ports.face.wake();
  return answer;
}

/** What a person who typed an unknown id probably meant. */
export function unknownPlaybook({ shelves }: Pick<Ports, 'shelves'>, typed: string): string {
  const meant = closest(typed, shelves.playbooks.keys());
  return `There is no playbook "${typed}".${meant === undefined ? '' : ` Did you mean ${meant}?`}`;
}

async function nodeOf(ports: Ports, id: ProposalId | undefined): Promise<string | undefined> {
  return id === undefined ? undefined : (await ports.store.transaction((tx) => tx.proposal(id)))?.node;
}

async function keep(
  ports: Ports,
  tx: Tx,
  incident: Incident,
  draft: PlanDraft,
  { by, instead, approver }: ByHand & { approver: boolean },
): Promise<HandProposed> {
  const now = ports.clock.now();
  const open = (await tx.proposalsOf(incident.id)).filter(({ state, undoes }) => state === 'open' && undoes === null);
  if (instead !== undefined && !open.some(({ id }) => id === instead)) {
    return refusal('The plan whose values you changed is decided already, so nothing was changed.');
  }
  const rivals = open.filter(({ playbook, node }) => playbook === draft.playbook && node === draft.node);
  const same = rivals.find((known) => commandsOf(known) === commandsOf(draft) && known.expiresAt > now);
  if (same) return { kind: 'proposed', proposal: same, isNew: false };
  for (const rival of rivals) {
    const voted = (await tx.votesOf(rival.id)).length > 0;
    if (voted && !approver && rival.requestedBy !== by) {
      return refusal(
        'Somebody has approved this plan as it is: only an approver, or who asked for it, can change it now.',
      );
    }
  }
  const input = { incident, requestedBy: by, ids: ports.ids, now };
  const proposal = proposalOf(draft, input, true);
  for (const rival of rivals) await supersede(ports, tx, rival, `replaced by ${proposal.id}`, by);
  await addProposal(ports, tx, proposal, by);
  return { kind: 'proposed', proposal, isNew: true };
}

function commandsOf({ steps, parameters }: Pick<PlanDraft, 'steps' | 'parameters'>): string {
  return canonicalJson([steps.map((step) => (step.kind === 'action' ? step.commands : step)), parameters ?? []]);
}

function refusal(sentence: string): Extract<HandProposed, { kind: 'refused' }> {
  return { kind: 'refused', sentence };
}
