import type { RichTextBlockElement, RichTextElement } from '@slack/types';
import type { Risk } from '../../domain/action.ts';
import { printCommand } from '../../domain/command.ts';
import type { PlannedCommand, Proposal, ProposalStep } from '../../domain/proposal.ts';
import { duration } from '../../domain/units.ts';
import { policyFor } from '../../flow/approval.ts';
import { take } from '../blocks/fitting.ts';
import { bold, bullets, line, preformatted, text } from '../blocks/rich.ts';
import { counted } from './card.ts';

/** How much of a plan there is room for, in characters. */
export interface PlanRoom {
  commands: number;
  impact: number;
  sentence: number;
}

/** What the risk of a plan means, in words. */
export const RISK_WORDS: Readonly<Record<Risk, string>> = {
  read: 'reads only',
  reversible: 'reversible: the undo restores the values of now',
  disruptive: 'disruptive: clients or replicas will notice while it runs',
  destructive: 'destructive: data on a server is given up and cannot be brought back by an undo',
  host: 'acts on the host, outside of the server',
};

/** The parts of a plan that are the same on the card and in the modal: impact, exact commands, undo. */
export function planParts(proposal: Proposal, room: PlanRoom): RichTextBlockElement[] {
  const impact = proposal.steps.flatMap((step) => (step.kind === 'action' ? step.impact : []));
  const sentences = take(
    impact.map((sentence) => line(text(sentence, room.sentence))),
    room.impact,
  );
  const commands = take(commandLines(proposal), room.commands);
  return [
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

/** True when the card or modal with this room shows every command of the plan. */
export function showsAll(proposal: Proposal, room: PlanRoom): boolean {
  return take(commandLines(proposal), room.commands).left === 0;
}

/** One line for each command, in order: `host:port> CONFIG SET …`; waits, notices and what people do are comments between them. */
function commandLines(proposal: Proposal): string[] {
  return proposal.steps.flatMap(stepLines);
}

function stepLines(step: ProposalStep): string[] {
  switch (step.kind) {
    case 'wait':
      return [`# wait until ${step.until} on ${step.node}, at most ${duration(step.timeoutSeconds)}`];
    case 'manual':
      return [`# a person does, within ${duration(step.timeoutSeconds)}: ${step.instruction}`];
    case 'notify':
      return [`# tell: ${step.text}`];
    case 'action':
      return step.commands.flatMap(commandAndWait);
  }
}

function commandAndWait(command: PlannedCommand): string[] {
  return [commandLine(command), ...(command.until ? [`# ${untilLine(command.until)}`] : [])];
}

function untilLine({ shows = [], below = [], withinSeconds }: NonNullable<PlannedCommand['until']>): string {
  const shown = shows.map(({ node, reading, value }) => `${reading} of ${node} is ${value}`);
  const bounds = below.map((bound) => `${bound.reading} of ${bound.node} is below ${bound.below}`);
  return `wait until ${[...shown, ...bounds].join(' and ')}, at most ${duration(withinSeconds)}`;
}

/** Who does it where that is not the server itself: `host of 10.0.0.1:6379> …`. */
const PROMPTS = { server: '', sentinel: 'Sentinel ', host: 'host of ', medic: 'redis-medic for ' } as const;

function commandLine(command: PlannedCommand): string {
  return `${PROMPTS[command.via ?? 'server']}${command.node}> ${printCommand(command.argv)}`;
}

/** What is sent where a step stops half way. */
function wayBackParts(proposal: Proposal, room: PlanRoom): RichTextBlockElement[] {
  const wayBack = proposal.steps.flatMap((step) => (step.kind === 'action' ? (step.otherwise ?? []) : []));
  const { shown, left } = take(wayBack.map(commandLine), room.commands / 2);
  if (wayBack.length === 0) return [];
  const more = left > 0 ? [`… ${counted(left, 'more line')}`] : [];
  return [line(bold('If it stops half way')), preformatted([...shown, ...more])];
}

function undoParts(proposal: Proposal, room: PlanRoom): RichTextBlockElement[] {
  const steps = proposal.steps.filter((step) => step.kind === 'action');
  const reasons = steps.map((step) => step.undo).filter((undo) => typeof undo === 'string');
  const lines = steps.toReversed().flatMap((step) => (typeof step.undo === 'string' ? [] : step.undo.map(commandLine)));
  const shown = take(lines, room.commands / 2);
  const more = shown.left > 0 ? [`… ${counted(shown.left, 'more line')}`] : [];
  return [
    ...(lines.length > 0 ? [line(bold('Undo')), preformatted([...shown.shown, ...more])] : []),
    ...reasons.slice(0, 3).map((reason) => line(bold('No way back: '), text(reason, room.sentence))),
  ];
}

/** Who may approve, and how many have to. */
export function whoMayApprove(proposal: Proposal): RichTextElement[] {
  const policy = policyFor(proposal.risk);
  const count = policy.approvers === 1 ? 'one approver' : `${policy.approvers} approvers`;
  const notTheAsker = !policy.requesterMayApprove && proposal.requestedBy !== null;
  return [
    bold('Approval: '),
    text(
      `${count}${notTheAsker ? ', not the person who asked' : ''}${policy.typeName ? ", who type the target's name" : ''}`,
    ),
  ];
}
