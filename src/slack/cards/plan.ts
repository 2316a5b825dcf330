import type { RichTextBlockElement, RichTextElement } from '@slack/types';
import { showValue } from '../../domain/parameter.ts';
import { commandLine, stepLines } from '../../domain/plan-words.ts';
import type { Proposal } from '../../domain/proposal.ts';
import { approvalTerms } from '../../flow/approval.ts';
import { take } from '../blocks/fitting.ts';
import { bold, bullets, line, preformatted, text } from '../blocks/rich.ts';
import { counted } from './card.ts';

/** How much of a plan there is room for, in characters. */
export interface PlanRoom {
  commands: number;
  /** For the undo, and for what is sent where a step stops half way. */
  back: number;
  impact: number;
  sentence: number;
}

/** The parts of a plan that are the same on the card and in the modal: impact, exact commands, undo. */
export function planParts(proposal: Proposal, room: PlanRoom): RichTextBlockElement[] {
  const impact = proposal.steps.flatMap((step) => (step.kind === 'action' ? step.impact : []));
  const sentences = take(
    impact.map((sentence) => line(text(sentence, room.sentence))),
    room.impact,
  );
  const commands = take(commandLines(proposal), room.commands);
  return [
    ...valueParts(proposal, room),
    line(bold('Impact')),
    bullets(
      ...(impact.length === 0 ? [line(text('none that the readings show'))] : sentences.shown),
      ...(sentences.left > 0 ? [line(text(`and ${counted(sentences.left, 'more sentence')}`))] : []),
    ),
    line(bold(`Commands, exactly as they will be sent`)),
    preformatted(commands.left > 0 ? [...commands.shown, `… ${counted(commands.left, 'more line')}`] : commands.shown),
    ...wayBackParts(proposal, room),
    ...undoParts(proposal, room),
  ];
}

/** The values that were chosen or computed. */
function valueParts({ parameters = [] }: Proposal, room: PlanRoom): RichTextBlockElement[] {
  const known = parameters.flatMap(({ label, type, value }) =>
    value === null ? [] : [line(bold(`${label.slice(0, 75)}: `), text(showValue(type, value), room.sentence))],
  );
  const { shown, left } = take(known, room.impact);
  const more = left > 0 ? [line(text(`and ${counted(left, 'more value')}`))] : [];
  return known.length === 0 ? [] : [line(bold('Values')), bullets(...shown, ...more)];
}

/** True when the card or modal with this room shows every command of the plan, those of the ways back included. */
export function showsAll(proposal: Proposal, room: PlanRoom): boolean {
  const fits = (lines: string[], most: number) => take(lines, most).left === 0;
  const back = [wayBackLines(proposal), undoLines(proposal)];
  return fits(commandLines(proposal), room.commands) && back.every((lines) => fits(lines, room.back));
}

/** One line for each command, in order: `host:port> CONFIG SET …`; waits, notices and what people do are comments between them. */
function commandLines(proposal: Proposal): string[] {
  return proposal.steps.flatMap(stepLines);
}

function wayBackLines({ steps }: Proposal): string[] {
  return steps.flatMap((step) => (step.kind === 'action' ? (step.otherwise ?? []) : [])).map(commandLine);
}

function undoLines({ steps }: Proposal): string[] {
  return steps
    .toReversed()
    .flatMap((step) => (step.kind !== 'action' || typeof step.undo === 'string' ? [] : step.undo.map(commandLine)));
}

/** What is sent where a step stops half way. */
function wayBackParts(proposal: Proposal, room: PlanRoom): RichTextBlockElement[] {
  const lines = wayBackLines(proposal);
  const { shown, left } = take(lines, room.back);
  if (lines.length === 0) return [];
  const more = left > 0 ? [`… ${counted(left, 'more line')}`] : [];
  return [line(bold('If it stops half way')), preformatted([...shown, ...more])];
}

function undoParts(proposal: Proposal, room: PlanRoom): RichTextBlockElement[] {
  const steps = proposal.steps.filter((step) => step.kind === 'action');
  const reasons = steps.map((step) => step.undo).filter((undo) => typeof undo === 'string');
  const lines = undoLines(proposal);
  const shown = take(lines, room.back);
  const more = shown.left > 0 ? [`… ${counted(shown.left, 'more line')}`] : [];
  return [
    ...(lines.length > 0 ? [line(bold('Undo')), preformatted([...shown.shown, ...more])] : []),
    ...reasons.slice(0, 3).map((reason) => line(bold('No way back: '), text(reason, room.sentence))),
  ];
}

/** Who may approve, and how many have to. */
export function whoMayApprove(proposal: Proposal): RichTextElement[] {
  return [bold('Approval: '), text(approvalTerms(proposal.risk, proposal.requestedBy !== null))];
}
