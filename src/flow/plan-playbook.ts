import type { Expectation, Refusal } from '../domain/action.ts';
import { type Finding, severityRank } from '../domain/finding.ts';
import type { ParameterValue, ParameterValues } from '../domain/parameter.ts';
import { referencesIn } from '../domain/parameter-references.ts';
import type { LoadedPlaybook } from '../domain/playbook.ts';
import { NotAnswered } from '../domain/probe.ts';
import type { PinnedParameter, ProposalBody, ProposalStep } from '../domain/proposal.ts';
import { groupName } from '../domain/replication-graph.ts';
import type { Report } from '../domain/report.ts';
import { type Node, nodeNamed, type Snapshot } from '../domain/snapshot.ts';
import { readValue } from './fingerprint.ts';
import { type Resolved, resolveParameters, type WrongValue } from './parameters.ts';
import { planSteps } from './plan-steps.ts';
import type { Shelves } from './ports.ts';

export interface PlanAsk {
  loaded: LoadedPlaybook;
  node: Node;
  snapshot: Snapshot;
  report: Report;
  /** Chosen by a person, over the defaults. */
  values: ParameterValues;
  shelves: Pick<Shelves, 'actions' | 'probes'>;
}

/** What of a proposal is known before anybody is asked: everything that would be sent, and what must hold. */
export type PlanDraft = Omit<
  ProposalBody,
  'id' | 'incident' | 'undoes' | 'requestedBy' | 'byHand' | 'proposedAt' | 'expiresAt'
>;

/** `wrong` names the values that a person has to choose otherwise. */
export type PlanRefusal = Refusal & { wrong?: readonly WrongValue[] };

/** True when its actions can be planned on a server that could not be read. */
export function worksUnread({ playbook }: LoadedPlaybook, { actions }: Pick<Shelves, 'actions'>): boolean {
  const used = playbook.steps.flatMap((step) => ('action' in step ? [actions.get(step.action)] : []));
  return used.length > 0 && used.every((action) => action?.plansUnread === true);
}

/** The plan of a playbook for a node, from what was read there; or why it cannot be used. Sends nothing. */
export function planPlaybook(ask: PlanAsk): PlanDraft | PlanRefusal {
  try {
    return objection(ask) ?? draft(ask);
  } catch (error) {
    if (error instanceof NotAnswered) return { refused: error.message };
    throw error;
  }
}

function objection({ loaded, node, snapshot }: PlanAsk): Refusal | undefined {
  const { purpose, name } = snapshot.target;
  const meant = loaded.playbook.for;
  if (meant && purpose && !meant.includes(purpose)) {
    return { refused: `it is for ${meant.join(', ')}, and ${name} is declared as ${purpose}` };
  }
  if (node.kind === 'unread') return beyondReading(loaded, node.name);
  const guarded = loaded.unless.find(({ guard }) => guard.holds(node));
  return guarded && { refused: guarded.because };
}

/** On a server that answers nothing, only what needs no reading can be planned. */
function beyondReading({ unless, parameters }: LoadedPlaybook, name: string): Refusal | undefined {
  return unless.length > 0 || parameters.length > 0
    ? { refused: `${name} could not be read, so nothing can be planned on it` }
    : undefined;
}

/** The group of a server that cannot be read: that of who told of it, or its own name, by which its replicas go. */
function groupAt(snapshot: Snapshot, node: Node): string {
  if (node.kind === 'read') return groupName(snapshot, node);
  const teller = typeof node.origin === 'object' ? nodeNamed(snapshot, node.origin.reportedBy) : undefined;
  const below = teller?.kind === 'read' && typeof node.origin === 'object' && node.origin.as === 'replica';
  return below ? groupName(snapshot, teller) : node.name;
}

function draft(ask: PlanAsk): PlanDraft | PlanRefusal {
  const { loaded, node, snapshot, report, shelves } = ask;
  const { id, playbook, parameters } = loaded;
  const resolved: Resolved =
    node.kind === 'read' ? resolveParameters(parameters, snapshot, node, ask.values) : { kind: 'values', values: {} };
  if (resolved.kind === 'wrong') {
    const told = resolved.wrong.map(({ name, because }) => `${name}: ${because}`);
    return { refused: told.join('; '), wrong: resolved.wrong };
  }
  const planned = planSteps(loaded, node, resolved.values, { snapshot, shelves });
  if ('refused' in planned) return planned;
  const answers = answered(playbook.when, report.findings);
  const before = valuesOf(loaded, node, shelves);
  return {
    target: snapshot.target.name,
    group: groupAt(snapshot, node),
    playbook: id,
    title: playbook.title,
    summary: playbook.summary,
    findings: answers,
    node: node.name,
    risk: planned.risk,
    steps: planned.steps,
    ...(parameters.length > 0 && { parameters: pinned(loaded, resolved.values, planned.steps) }),
    settled: {
      withinSeconds: playbook.settled.within_s,
      clear: playbook.settled.clear ?? answers,
      hold: playbook.settled.hold,
      before,
    },
  };
}

/** A finding that people act on. */
export function worthwhile({ severity }: Finding): boolean {
  return severityRank(severity) <= severityRank('warning');
}

/** The rules of `when` that found something, on whatever node. */
function answered(when: readonly string[], findings: readonly Finding[]): string[] {
  const found = new Set(findings.filter(worthwhile).map(({ id }) => id));
  return when.filter((rule) => found.has(rule));
}

/** The values for the card: those that were chosen, and what an action computed where nobody chose. */
function pinned(
  { playbook, parameters }: LoadedPlaybook,
  values: ParameterValues,
  steps: readonly ProposalStep[],
): PinnedParameter[] {
  return parameters.map(({ name, spec }) => {
    const value = values[name] ?? computedBy(playbook.steps, steps, name) ?? null;
    return { name, label: spec.label, type: spec.type, value };
  });
}

function computedBy(
  written: LoadedPlaybook['playbook']['steps'],
  planned: readonly ProposalStep[],
  name: string,
): ParameterValue | undefined {
  for (const [at, step] of written.entries()) {
    const made = planned[at];
    if (!('action' in step) || made?.kind !== 'action') continue;
    for (const { path } of referencesIn(step.with).filter((one) => one.name === name)) {
      const value = valueAt(made.args, path);
      if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value;
    }
  }
  return undefined;
}

function valueAt(args: unknown, path: readonly (string | number)[]): unknown {
  let inner = args;
  for (const key of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, key)) return undefined;
    inner = (inner as Record<string | number, unknown>)[key];
  }
  return inner;
}

/** What the guards of the settlement read, as it is now. */
function valuesOf({ hold }: LoadedPlaybook, node: Node, { probes }: Pick<Shelves, 'probes'>): Expectation[] {
  if (node.kind === 'unread') return [];
  return [...new Set(hold.flatMap(({ reads }) => reads))].flatMap((reading) => {
    try {
      return [{ node: node.name, reading, value: readValue(node, probes, reading) }];
    } catch (error) {
      if (error instanceof NotAnswered) return [];
      throw error;
    }
  });
}
