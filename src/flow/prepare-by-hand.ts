import type { ProposalId, TargetName } from '../domain/ids.ts';
import type { Parameter, ParameterValue, ParameterValues } from '../domain/parameter.ts';
import type { LoadedPlaybook } from '../domain/playbook.ts';
import { NotAnswered } from '../domain/probe.ts';
import type { Proposal } from '../domain/proposal.ts';
import { nodeNamed, type ReadNode, readNodes } from '../domain/snapshot.ts';
import { planSomewhere } from './choose-node.ts';
import { diagnose } from './diagnose.ts';
import { initialValue } from './parameters.ts';
import { pastOf } from './past.ts';
import type { Ports } from './ports.ts';
import { unknownPlaybook } from './propose-by-hand.ts';

/** A parameter as it is asked for: what is proposed, and between what a person may choose. */
export interface Field {
  name: string;
  spec: Parameter;
  required: boolean;
  initial: ParameterValue | null;
  least: number | null;
  most: number | null;
}

export interface Form {
  kind: 'form';
  loaded: LoadedPlaybook;
  target: TargetName;
  /** The server that it is for; null when it has to be chosen. */
  node: string | null;
  /** The servers that could be read. */
  nodes: readonly string[];
  fields: readonly Field[];
  instead: ProposalId | null;
  /** Why it is not planned with what would be computed; null where it is. */
  doubt: string | null;
}

export interface FormAsk {
  playbook: string;
  target: TargetName;
  node?: string;
  /** The proposal whose values are to be changed: they are what is proposed. */
  instead?: ProposalId;
}

/** Looks at the servers and computes what a person is asked for before a playbook is proposed; sends nothing. */
export async function prepareByHand(ports: Ports, ask: FormAsk): Promise<Form | { kind: 'refused'; sentence: string }> {
  const loaded = ports.shelves.playbooks.get(ask.playbook);
  const target = ports.targets.get(ask.target);
  if (!loaded) return { kind: 'refused', sentence: unknownPlaybook(ports, ask.playbook) };
  if (!target) return { kind: 'refused', sentence: `${ask.target} is not in medic.yml any more.` };
  const { instead } = ask;
  const before = instead && (await ports.store.transaction((tx) => tx.proposal(instead)));
  const past = await pastOf(ports.store, target);
  const { snapshot, report } = await diagnose(ports, target, { seconds: ports.windowSeconds, past });
  const values = chosen(before);
  const plan = { loaded, snapshot, report, values, shelves: ports.shelves };
  const planned = await planSomewhere(ports, plan, ask.node ?? before?.node);
  if (planned.kind === 'strange' && ask.node !== undefined) {
    return { kind: 'refused', sentence: `Nothing was proposed: ${planned.refused}.` };
  }
  // Values that are out of bounds now, or to be chosen otherwise, are what the form is for; another reason is the end of it.
  if (planned.kind === 'refused' && !planned.wrong && !planned.choosable) {
    return {
      kind: 'refused',
      sentence: `${loaded.playbook.title} cannot be proposed on ${planned.node}: ${planned.refused}`,
    };
  }
  const computed = planned.kind === 'planned' ? chosen(planned.draft) : {};
  const name = planned.kind === 'planned' ? planned.draft.node : planned.kind === 'refused' ? planned.node : null;
  const node = name === null ? undefined : nodeNamed(snapshot, name);
  const fields = loaded.parameters.map((parameter): Field => {
    const on = node?.kind === 'read' ? node : undefined;
    return {
      name: parameter.name,
      spec: parameter.spec,
      required: parameter.required,
      initial: values[parameter.name] ?? computed[parameter.name] ?? known(() => on && initialValue(parameter, on)),
      least: numberOf(known(() => on && parameter.min?.of(on))),
      most: numberOf(known(() => on && parameter.max?.of(on))),
    };
  });
  const nodes = readNodes(snapshot).map((each: ReadNode) => each.name);
  const doubt = planned.kind === 'refused' && planned.choosable ? planned.refused : null;
  return { kind: 'form', loaded, target: target.name, node: name, nodes, fields, instead: instead ?? null, doubt };
}

/** The values that a plan has. */
function chosen(plan: Pick<Proposal, 'parameters'> | undefined): ParameterValues {
  const pinned = plan?.parameters ?? [];
  return Object.fromEntries(pinned.flatMap(({ name, value }) => (value === null ? [] : [[name, value]])));
}

/** Null where a reading that it needs was not taken: the person says it then. */
function known(compute: () => ParameterValue | undefined): ParameterValue | null {
  try {
    return compute() ?? null;
  } catch (error) {
    if (error instanceof NotAnswered) return null;
    throw error;
  }
}

function numberOf(value: ParameterValue | null): number | null {
  return typeof value === 'number' ? value : null;
}
