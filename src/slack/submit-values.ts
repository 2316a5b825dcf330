import type { SlackUserId } from '../domain/ids.ts';
import type { ParameterValue } from '../domain/parameter.ts';
import { allowed, readGiven } from '../flow/parameters.ts';
import type { Ports } from '../flow/ports.ts';
import { type HandProposed, proposeByHand } from '../flow/propose-by-hand.ts';
import type { Carried } from './blocks/buttons.ts';
import { noticeModal } from './cards/modals.ts';
import { inputOf, NODE_INPUT } from './cards/values.ts';
import type { Submitted } from './submitted.ts';

/** Proposes a playbook with the values of a dialog. What cannot be is told at its field before any server is asked. */
export async function submitValues(
  ports: Ports,
  by: SlackUserId,
  carried: Carried<'run'>,
  answers: Readonly<Record<string, string>>,
): Promise<Submitted> {
  const { playbook, target, instead, limits } = carried;
  const parameters = ports.shelves.playbooks.get(playbook)?.parameters ?? [];
  const typed = parameters.map(({ name }) => [name, answers[inputOf(name)] ?? ''] as const);
  const { values, wrong } = readGiven(parameters, Object.fromEntries(typed));
  const errors: Record<string, string> = Object.fromEntries(wrong.map(({ name, because }) => [inputOf(name), because]));
  for (const { name, spec, pattern } of parameters) {
    const value = values[name];
    const [least, most] = limits[name] ?? [null, null];
    if (value === undefined) continue;
    if (outside(value, least, most)) {
      errors[inputOf(name)] = `must be ${allowed(spec.type, least ?? undefined, most ?? undefined)}`;
    } else if (pattern && !pattern.test(String(value))) errors[inputOf(name)] = `must look like ${spec.pattern}`;
  }
  if (Object.keys(errors).length > 0) return { kind: 'errors', errors };
  const node = carried.node ?? (answers[NODE_INPUT] || undefined);
  const ask = { playbook, target, by, values, ...(node && { node }), ...(instead && { instead }) };
  const proposed = await proposeByHand(ports, ask);
  if (proposed.kind === 'refused') return refusedAt(parameters, proposed);
  const { title } = proposed.proposal;
  const sentence = `${title}: ${proposed.isNew ? 'proposed' : 'this is proposed already'} in the thread of ${target}. Nothing is sent before it is approved.`;
  return { kind: 'shown', view: noticeModal(sentence) };
}

/** The dialog stays open with what was typed, so that another value can be chosen; one without values has nothing to keep. */
function refusedAt(
  parameters: readonly { name: string }[],
  { sentence, wrong = [] }: Extract<HandProposed, { kind: 'refused' }>,
): Submitted {
  const [first] = parameters;
  if (!first) return { kind: 'shown', view: noticeModal(sentence) };
  const told = wrong.length > 0 ? wrong : [{ name: first.name, because: sentence }];
  return { kind: 'errors', errors: Object.fromEntries(told.map(({ name, because }) => [inputOf(name), because])) };
}

function outside(value: ParameterValue, least: number | null, most: number | null): boolean {
  if (typeof value !== 'number') return false;
  return (least !== null && value < least) || (most !== null && value > most);
}
