import type { KnownBlock, ModalView } from '@slack/types';
import { LONGEST_TEXT } from '../../domain/parameter.ts';
import { RISK_WORDS } from '../../domain/plan-words.ts';
import type { Proposal, ProposalStep } from '../../domain/proposal.ts';
import { LONGEST_ANSWER } from '../../flow/answer-step.ts';
import { policyFor } from '../../flow/approval.ts';
import { actionId, type Carried } from '../blocks/buttons.ts';
import { alert, question, section } from '../blocks/layout.ts';
import { LIMITS } from '../blocks/limits.ts';
import { line, rich, text } from '../blocks/rich.ts';
import { markup, plain } from '../blocks/text.ts';
import { type PlanRoom, planParts, showsAll } from './plan.ts';

type ManualStep = Extract<ProposalStep, { kind: 'manual' }>;

/** A view may have 250,000 bytes; a plan beyond this is not for a person to review in a dialog. */
const ROOM: PlanRoom = { commands: 40_000, back: 40_000, impact: 20_000, sentence: LONGEST_TEXT };

/** Names of the inputs. */
export const ASKED = { typed: 'typed', reason: 'reason', answer: 'answer' } as const;

/** The whole plan, with Approve below it; the target's name is typed for a destructive one. */
export function reviewModal(proposal: Proposal): ModalView {
  const blocks: KnownBlock[] = [
    alert(policyFor(proposal.risk).typeName ? 'error' : 'warning', `This is ${RISK_WORDS[proposal.risk]}.`),
    section(markup`*${proposal.title}* on *${proposal.target}*`),
    rich(line(text(proposal.summary)), ...planParts(proposal, ROOM)),
  ];
  if (!showsAll(proposal, ROOM)) {
    blocks.push(section(markup`The plan is too long to be shown whole, so it cannot be approved here.`));
    return modal('Review the plan', blocks);
  }
  if (policyFor(proposal.risk).typeName) {
    blocks.push(
      question({
        id: ASKED.typed,
        label: "Type the target's name to approve",
        hint: `Exactly: ${proposal.target}`,
        maxLength: 255,
      }),
    );
  }
  return { ...modal('Review the plan', blocks), ...submits('approve', 'Approve and run', proposal) };
}

/** Asks why, so that the next person on call knows. */
export function denyModal(proposal: Proposal): ModalView {
  const reason = question({
    id: ASKED.reason,
    label: 'Why not?',
    hint: 'Shown in the thread and kept in the audit trail.',
    multiline: true,
    maxLength: 500,
  });
  const view = modal('Deny the plan', [section(markup`*${proposal.title}* on *${proposal.target}*`), reason]);
  return { ...view, ...submits('deny', 'Deny', proposal) };
}

/** Asks what a manual step wants to know when it is done. */
export function doneModal(carried: Carried<'done'>, step: ManualStep): ModalView {
  const answer = question({
    id: ASKED.answer,
    label: step.ask ?? 'What was done?',
    hint: 'Shown in the thread and kept in the audit trail: no passwords.',
    multiline: true,
    maxLength: LONGEST_ANSWER,
  });
  return {
    ...modal('It is done', [section(markup`${step.instruction}`), answer]),
    callback_id: actionId('done'),
    submit: plain('It is done', LIMITS.viewButton),
    private_metadata: JSON.stringify(carried),
  };
}

/** A sentence for the one who clicked, where nothing else can carry it. */
export function noticeModal(sentence: string): ModalView {
  return modal('redis-medic', [section(markup`${sentence}`)]);
}

/** A dialog that closes. */
export function modal(title: string, blocks: KnownBlock[]): ModalView {
  return { type: 'modal', title: plain(title, LIMITS.viewTitle), close: plain('Close', LIMITS.viewButton), blocks };
}

function submits(verb: 'approve' | 'deny', label: string, proposal: Proposal): Partial<ModalView> {
  return {
    callback_id: actionId(verb),
    submit: plain(label, LIMITS.viewButton),
    private_metadata: JSON.stringify({ proposal: proposal.id, digest: proposal.digest }),
  };
}
