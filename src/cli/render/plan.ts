import { showValue } from '../../domain/parameter.ts';
import { commandLine, RISK_WORDS, stepLines } from '../../domain/plan-words.ts';
import type { LoadedPlaybook } from '../../domain/playbook.ts';
import { printable } from '../../domain/printable.ts';
import type { ProposalStep } from '../../domain/proposal.ts';
import { duration } from '../../domain/units.ts';
import { approvalTerms, policyFor } from '../../flow/approval.ts';
import type { PlanDraft } from '../../flow/plan-playbook.ts';
import { indent, type Page, wrap } from './layout.ts';

type ActionStep = Extract<ProposalStep, { kind: 'action' }>;

/** A plan for a person at a terminal, in the order of the card in Slack, and what is read again before it runs. */
export function renderPlan(draft: PlanDraft, { unless }: LoadedPlaybook, page: Page): string {
  const { paint } = page;
  const actions = draft.steps.filter((step) => step.kind === 'action');
  const bold = (text: string) => paint('bold', text);
  const sections = [
    [
      `${bold(draft.title)} on ${bold(printable(draft.node))} (${draft.playbook}, ${draft.target})`,
      ...told(draft.summary, page),
    ],
    [
      `${bold('Answers:')} ${draft.findings.join(', ') || 'no finding of now'}`,
      `${bold('Risk:')} ${RISK_WORDS[draft.risk]}`,
      `${bold('Approval:')} ${approvalTerms(draft.risk, true)}`,
    ],
    headed(bold('Values'), (draft.parameters ?? []).map(valueLine)),
    headed(
      bold('Impact'),
      actions.flatMap(({ impact }) => impact.flatMap((sentence) => bullet(sentence, page))),
    ),
    headed(bold('What would be sent, exactly'), draft.steps.flatMap(stepLines)),
    headed(bold('Read again before each step; a change stops it'), actions.flatMap(checkLines)),
    headed(
      bold('Checked now, and again when it is proposed'),
      unless.map(({ guard }) => `not: ${guard.text}`),
    ),
    headed(
      bold('If it stops half way'),
      actions.flatMap(({ otherwise = [] }) => otherwise.map(commandLine)),
    ),
    headed(bold('Undo'), undoLines(actions, page)),
    headed(bold(`Counts as repaired when, for ${duration(draft.settled.withinSeconds)}`), settledLines(draft)),
    ['Nothing was changed. This is a plan: it runs only after approval in Slack.'],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headed(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0
    ? []
    : [
        `${heading}:`,
        ...indent(
          2,
          lines.map((text) => printable(text, 2000)),
        ),
      ];
}

function told(text: string, { width }: Page): string[] {
  return indent(2, wrap(text, width - 2));
}

function bullet(sentence: string, { width }: Page): string[] {
  const [first = '', ...rest] = wrap(sentence, width - 4);
  return [`- ${first}`, ...indent(2, rest)];
}

function valueLine({ name, label, type, value }: NonNullable<PlanDraft['parameters']>[number]): string {
  return `${name} (${label}): ${value === null ? 'left to the action' : showValue(type, value)}`;
}

function checkLines({ action, expects, onlyWhile }: ActionStep): string[] {
  return [
    ...expects.map(({ node, reading, value }) => `${reading} of ${node} is still ${value}`),
    ...onlyWhile.map(({ node, reading, below }) => `${reading} of ${node} is below ${below}`),
    `${action} would still be planned: none of its checks refuses`,
  ];
}

function undoLines(actions: readonly ActionStep[], page: Page): string[] {
  return actions
    .toReversed()
    .flatMap(({ undo, undoWhile }) =>
      typeof undo === 'string'
        ? bullet(`no way back: ${undo}`, page)
        : [
            ...undo.map(commandLine),
            ...undoWhile.map(({ node, reading, below }) => `# only while ${reading} of ${node} is below ${below}`),
          ],
    );
}

function settledLines({ settled, steps }: PlanDraft): string[] {
  const { clear, hold } = settled;
  const shown = [...clear.map((rule) => `${rule} is gone`), ...hold];
  const sent = steps.some((step) => step.kind === 'action' && step.commands.some(({ applied }) => applied.length > 0));
  return [...shown, ...(sent ? ['the servers show the values as sent'] : [])];
}

/** The JSON contract, version 1. */
export function planJson(draft: PlanDraft): object {
  const { withinSeconds, clear, hold } = draft.settled;
  const { approvers, requesterMayApprove, typeName } = policyFor(draft.risk);
  return {
    version: 1,
    playbook: draft.playbook,
    target: draft.target,
    node: draft.node,
    title: draft.title,
    findings: draft.findings,
    risk: draft.risk,
    approval: { approvers, requester_may_approve: requesterMayApprove, type_name: typeName },
    parameters: (draft.parameters ?? []).map(({ name, type, value }) => ({ name, type, value })),
    steps: draft.steps.map(stepJson),
    settled: { within_s: withinSeconds, clear, hold },
  };
}

function stepJson(step: ProposalStep): object {
  switch (step.kind) {
    case 'action':
      return {
        kind: step.kind,
        action: step.action,
        args: step.args,
        commands: step.commands,
        impact: step.impact,
        expects: step.expects,
        undo: step.undo,
        undo_while: step.undoWhile,
        ...(step.otherwise && { otherwise: step.otherwise }),
        ...(step.undoOtherwise && { undo_otherwise: step.undoOtherwise }),
      };
    case 'wait':
      return { kind: step.kind, until: step.until, timeout_s: step.timeoutSeconds };
    case 'manual':
      return {
        kind: step.kind,
        instruction: step.instruction,
        ask: step.ask,
        until: step.until,
        timeout_s: step.timeoutSeconds,
      };
    case 'notify':
      return { kind: step.kind, text: step.text };
  }
}
