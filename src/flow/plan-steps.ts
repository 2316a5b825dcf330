import type { Action, Plan, PlannedCommand as Planned, Refusal, Risk } from '../domain/action.ts';
import { RISKS } from '../domain/action.ts';
import type { ParameterValues } from '../domain/parameter.ts';
import { filledIn, textWith } from '../domain/parameter-references.ts';
import type { LoadedPlaybook } from '../domain/playbook.ts';
import type { PlannedCommand, ProposalStep } from '../domain/proposal.ts';
import type { Node, Snapshot } from '../domain/snapshot.ts';
import { fingerprint } from './fingerprint.ts';
import type { Shelves } from './ports.ts';

export interface PlannedSteps {
  steps: ProposalStep[];
  /** The highest of its actions. */
  risk: Risk;
}

/** The steps of a playbook for a node, from what was read; or why one of them is not possible or not safe. */
export function planSteps(
  { playbook, parameters }: LoadedPlaybook,
  node: Node,
  values: ParameterValues,
  { snapshot, shelves }: { snapshot: Snapshot; shelves: Pick<Shelves, 'actions' | 'probes'> },
): PlannedSteps | Refusal {
  const steps: ProposalStep[] = [];
  /** Readings that a step before sets: the steps after it cannot expect them unchanged. */
  const set = new Set<string>();
  let risk: Risk = 'read';
  for (const step of playbook.steps) {
    if (!('action' in step)) {
      steps.push(stepOfPeople(step, node, (text) => textWith(text, parameters, values)));
      continue;
    }
    const plan = planOf(shelves.actions.get(step.action), step.action, filledIn(step.with, values), snapshot, node);
    if ('refused' in plan) return plan;
    const expects = fingerprint(plan.watches, snapshot, shelves.probes).filter((one) => !set.has(key(one)));
    for (const command of plan.commands) for (const applied of command.applied) set.add(key(applied));
    if (RISKS.indexOf(plan.risk) > RISKS.indexOf(risk)) risk = plan.risk;
    steps.push({
      kind: 'action',
      action: step.action,
      args: plan.args,
      node: node.name,
      commands: plan.commands.map(copy),
      undo: typeof plan.undo === 'string' ? plan.undo : plan.undo.map(copy),
      ...(plan.undoOtherwise && { undoOtherwise: plan.undoOtherwise.map(copy) }),
      undoWhile: [...(plan.undoWhile ?? [])],
      onlyWhile: [...(plan.onlyWhile ?? [])],
      ...(plan.otherwise && { otherwise: plan.otherwise.map(copy) }),
      ...(plan.remind && { remind: { ...plan.remind } }),
      impact: [...plan.impact],
      expects,
    });
  }
  return { steps, risk };
}

type OtherStep = Exclude<LoadedPlaybook['playbook']['steps'][number], { action: string }>;

/** A step that sends nothing. */
function stepOfPeople(step: OtherStep, { name }: Node, filled: (text: string) => string): ProposalStep {
  if ('wait' in step) {
    return { kind: 'wait', node: name, until: step.wait.until, timeoutSeconds: step.wait.timeout_s };
  }
  if ('notify' in step) return { kind: 'notify', node: name, text: filled(step.notify) };
  const { instruction, ask, until, timeout_s } = step.manual;
  const demands = { ask: ask === undefined ? null : filled(ask), until: until ?? null, timeoutSeconds: timeout_s };
  return { kind: 'manual', node: name, instruction: filled(instruction), ...demands };
}

function planOf(
  action: Action | undefined,
  id: string,
  args: unknown,
  snapshot: Snapshot,
  node: Node,
): Plan<unknown> | Refusal {
  return action ? action.plan(args, snapshot, node) : { refused: `there is no action ${id}` };
}

function key({ node, reading }: { node: string; reading: string }): string {
  return `${node} ${reading}`;
}

function copy({ node, via, db, argv, applied, signs, until, unless, holds }: Planned): PlannedCommand {
  const [head, ...words] = argv;
  return {
    node,
    ...(via && { via }),
    ...(db !== undefined && { db }),
    argv: [head, ...words],
    applied: [...applied],
    ...(signs && {
      signs: signs.map(({ ask: [name, ...about], ...replies }) => ({ ask: [name, ...about], ...replies })),
    }),
    ...(until && {
      until: {
        ...(until.shows && { shows: [...until.shows] }),
        ...(until.below && { below: [...until.below] }),
        withinSeconds: until.withinSeconds,
      },
    }),
    ...(unless && { unless: [...unless] }),
    ...(holds && { holds }),
  };
}
