import type { KnownBlock, RichTextSection } from '@slack/types';
import { RISK_WORDS } from '../../domain/plan-words.ts';
import type { Proposal } from '../../domain/proposal.ts';
import { policyFor } from '../../flow/approval.ts';
import { button, confirm } from '../blocks/buttons.ts';
import { fitting } from '../blocks/fitting.ts';
import { actions, header } from '../blocks/layout.ts';
import { bold, bullets, date, line, rich, text, user } from '../blocks/rich.ts';
import { markup } from '../blocks/text.ts';
import { type Card, type Case, card, counted, ITSELF } from './card.ts';
import { type PlanRoom, planParts, showsAll, whoMayApprove } from './plan.ts';

const ROOMS: readonly [PlanRoom, ...PlanRoom[]] = [
  { commands: 3000, back: 1500, impact: 1500, sentence: 400 },
  { commands: 1500, back: 750, impact: 700, sentence: 250 },
  { commands: 500, back: 250, impact: 400, sentence: 120 },
];

const VOTES_SHOWN = 5;

const HEADINGS: Readonly<Record<Proposal['state'], string>> = {
  open: '🛠️ Proposed',
  approved: '✅ Approved',
  denied: '🚫 Denied',
  expired: '⌛ Expired',
  superseded: '↩️ Withdrawn',
};

/** One plan that waits for people, or what became of it. */
export function proposalCard(one: Case): Card {
  const { proposal } = one;
  const heading = `${HEADINGS[proposal.state]}: ${proposal.title}`;
  const blocks = fitting(ROOMS, (room) => [
    header(heading),
    rich(line(text(proposal.summary, room.sentence * 2)), ...planParts(proposal, room)),
    rich(bullets(...terms(one))),
    ...(proposal.state === 'open' ? [buttons(proposal, showsAll(proposal, room))] : []),
  ]);
  return card(markup`${heading} (${proposal.target})`, blocks);
}

/** What becomes of a plan that medic.yml lets run by itself. */
function byItself({ proposal, automatic }: Case): RichTextSection[] {
  if (!automatic) return [];
  const { state, dueAt, because } = automatic;
  if (state === 'ran') return [line(bold('Approved by: '), text(ITSELF))];
  if (state === 'announced' && proposal.state === 'open') {
    return [line(bold('Runs by itself: '), date(dueAt), text(', unless somebody denies it or pauses running'))];
  }
  return because === null || proposal.state !== 'open'
    ? []
    : [line(bold('Does not run by itself: '), text(because, 400))];
}

function terms(one: Case): RichTextSection[] {
  const { proposal, votes } = one;
  const approvals = votes.filter((vote) => vote.verdict === 'approve').slice(0, VOTES_SHOWN);
  return [
    line(bold('Risk: '), text(RISK_WORDS[proposal.risk])),
    ...(proposal.state === 'open' ? [line(...whoMayApprove(proposal))] : ending(proposal)),
    ...byItself(one),
    ...(proposal.requestedBy ? [line(bold('Asked by: '), user(proposal.requestedBy))] : []),
    ...approvals.map((vote) => line(bold('Approved by: '), user(vote.by), text(', '), date(vote.at))),
    ...votes.filter((vote) => vote.verdict === 'deny').map((vote) => line(bold('Denied by: '), user(vote.by))),
    ...(proposal.state === 'open' ? waiting(proposal, approvals.length) : []),
  ];
}

function waiting(proposal: Proposal, approvals: number): RichTextSection[] {
  const missing = policyFor(proposal.risk).approvers - approvals;
  return [
    ...(approvals > 0 ? [line(bold('Still needed: '), text(counted(missing, 'approver')))] : []),
    line(bold('Expires: '), date(proposal.expiresAt), text(' ('), date(proposal.expiresAt, '{ago}'), text(')')),
  ];
}

/** How it ended; an approval is told by its votes. */
function ending(proposal: Proposal): RichTextSection[] {
  if (proposal.state === 'approved') return [];
  const at = proposal.decidedAt === null ? [] : [text(' '), date(proposal.decidedAt)];
  const because = proposal.reason === null ? [] : [text(`: ${proposal.reason}`, 500)];
  return [line(bold(`${proposal.state[0]?.toUpperCase()}${proposal.state.slice(1)}`), ...at, ...because)];
}

/** One click with Slack's confirm dialog where an undo exists and every command is on the card; a dialog otherwise. */
function buttons(proposal: Proposal, complete: boolean): KnownBlock {
  const carried = { proposal: proposal.id, digest: proposal.digest };
  const oneClick = policyFor(proposal.risk).requesterMayApprove && complete;
  const commands = proposal.steps.reduce((sum, step) => sum + (step.kind === 'action' ? step.commands.length : 0), 0);
  const sure = confirm(
    `Run on ${proposal.target}?`,
    `${proposal.title}: ${counted(commands, 'command')}. They are sent at once, if the servers are still as they were read.`,
    'Approve and run',
  );
  return actions(
    oneClick
      ? button('approve', carried, { label: 'Approve', style: 'primary', confirm: sure })
      : button('review', carried, { label: 'Review and approve', style: 'primary' }),
    ...(changeable(proposal) ? [button('change', carried, { label: 'Change values' })] : []),
    button('deny', carried, { label: 'Deny', style: 'danger' }),
  );
}

/** It has values that a person may choose. */
function changeable({ parameters = [], undoes }: Proposal): boolean {
  return parameters.length > 0 && undoes === null;
}
