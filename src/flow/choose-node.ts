import type { Refusal } from '../domain/action.ts';
import { type Node, nodeNamed, type ReadNode, readNodes } from '../domain/snapshot.ts';
import { standIn } from '../domain/stand-in.ts';
import { intendedBy, withAnswers } from './answer-questions.ts';
import {
  type PlanAsk,
  type PlanDraft,
  type PlanRefusal,
  planPlaybook,
  worksUnread,
  worthwhile,
} from './plan-playbook.ts';
import type { Servers, Shelves } from './ports.ts';

/** `strange`: there is no such server, or it was not said which of several. */
export type Planned =
  | { kind: 'planned'; draft: PlanDraft }
  | (PlanRefusal & { kind: 'refused'; node: string })
  | (Refusal & { kind: 'strange' });

/**
 * Plans a playbook where it belongs: on the server that was named; else where a finding is that it answers; else on the
 * one server that it can be used on, primaries before replicas.
 */
export async function planSomewhere(
  deps: { servers: Servers; shelves: Pick<Shelves, 'actions'> },
  ask: Omit<PlanAsk, 'node'>,
  named?: string,
): Promise<Planned> {
  const on = async (node: Node): Promise<Planned> => {
    const intended = intendedBy(ask.loaded, { ...ask, node }, deps.shelves);
    const snapshot = await withAnswers(deps.servers, ask.snapshot, intended);
    const plan = planPlaybook({ ...ask, snapshot, node });
    return 'refused' in plan ? { kind: 'refused', node: node.name, ...plan } : { kind: 'planned', draft: plan };
  };
  const isPlannable = ({ kind }: Node) => kind === 'read' || worksUnread(ask.loaded, deps.shelves);
  const known = readNodes(ask.snapshot);
  if (named !== undefined) {
    const node = nodeNamed(ask.snapshot, named);
    return node && isPlannable(node) ? on(node) : { kind: 'strange', refused: notRead(ask, named) };
  }
  const finding = ask.report.findings.find((one) => ask.loaded.playbook.when.includes(one.id) && worthwhile(one));
  const place = finding && nodeNamed(ask.snapshot, finding.node);
  const found = place && isPlannable(place) ? place : finding && standIn(ask.snapshot, finding.node);
  if (finding && found) {
    const planned = await on(found);
    if (planned.kind !== 'planned' || finding.node === found.name) return planned;
    return { kind: 'planned', draft: { ...planned.draft, about: finding.node } };
  }
  let first: Planned | undefined;
  for (const role of ['primary', 'replica'] as const) {
    const tried = await Promise.all(known.filter(({ identity }) => identity.role === role).map(on));
    const possible = tried.filter(({ kind }) => kind === 'planned');
    if (possible.length > 1) return { kind: 'strange', refused: whichOne(known) };
    if (possible[0]) return possible[0];
    first ??= tried[0];
  }
  return first ?? { kind: 'refused', node: ask.snapshot.target.name, refused: 'no server of it could be read' };
}

function whichOne(known: readonly ReadNode[]): string {
  return `say on which server: ${known.map(({ name, identity }) => `${name} (${identity.role})`).join(', ')}`;
}

function notRead({ snapshot }: Omit<PlanAsk, 'node'>, named: string): string {
  const names = snapshot.nodes.map(({ name }) => name);
  const node = nodeNamed(snapshot, named);
  if (node?.kind === 'unread') return `${named} could not be read, so nothing can be planned on it: ${node.detail}`;
  return `there is no server ${named} in ${snapshot.target.name}: ${names.join(', ')}`;
}
