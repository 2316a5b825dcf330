import type { KnownBlock, ModalView } from '@slack/types';
import { LONGEST_TEXT, type ParameterType, writeValue } from '../../domain/parameter.ts';
import { allowed } from '../../flow/parameters.ts';
import type { Field, Form } from '../../flow/prepare-by-hand.ts';
import { actionId, type Carried } from '../blocks/buttons.ts';
import { choice, question, section } from '../blocks/layout.ts';
import { LIMITS } from '../blocks/limits.ts';
import { markup, plain } from '../blocks/text.ts';
import { modal, noticeModal } from './modals.ts';

/** The input for the server, where it is not plain which. */
export const NODE_INPUT = 'node';

/** The name of the input of a parameter. */
export function inputOf(name: string): string {
  return `value-${name}`;
}

/** Shown at once, as Slack gives three seconds to open a dialog and servers may take longer. */
export function readingModal(target: string): ModalView {
  return noticeModal(`Reading the servers of ${target}…`);
}

/** Asks for the values of a playbook. Its plan is proposed then, and nothing is sent before that is approved. */
export function valuesModal(form: Form): ModalView {
  const { loaded, target, node, nodes, fields, instead, doubt } = form;
  const where = node === null ? markup`` : markup` (${node})`;
  const blocks: KnownBlock[] = [
    section(markup`*${loaded.playbook.title}* on *${target}*${where}`),
    section(markup`${loaded.playbook.summary}`),
    ...(doubt === null ? [] : [section(markup`It is not planned without a value of yours: ${doubt}.`)]),
    ...(node === null ? [nodeInput(nodes)] : []),
    ...fields.map((field) => input(field, nodes)),
    section(markup`Nothing is sent before the plan is approved in the thread.`),
  ];
  const carried: Carried<'run'> = {
    playbook: loaded.id,
    target,
    ...(node !== null && { node }),
    ...(instead !== null && { instead }),
    limits: Object.fromEntries(
      fields.flatMap(({ name, least, most }) => (least === null && most === null ? [] : [[name, [least, most]]])),
    ),
  };
  return {
    ...modal(instead === null ? 'Propose a plan' : 'Change the values', blocks),
    callback_id: actionId('run'),
    submit: plain('Propose', LIMITS.viewButton),
    private_metadata: JSON.stringify(carried),
  };
}

function nodeInput(nodes: readonly string[]): KnownBlock {
  return oneOf(NODE_INPUT, 'Server', nodes, { optional: false, initial: null, hint: 'The plan is made for this one.' });
}

interface Looks {
  optional: boolean;
  initial: string | null;
  hint: string;
}

/** A menu where Slack can hold the values, a line to type otherwise. */
function oneOf(id: string, label: string, values: readonly string[], looks: Looks): KnownBlock {
  const fits = values.length > 0 && values.length <= LIMITS.options;
  const short = values.every((value) => value !== '' && value.length <= LIMITS.optionValue);
  return fits && short
    ? choice({ id, label, values, ...looks })
    : question({ id, label, maxLength: LONGEST, ...looks });
}

const LONGEST = 200;

function input(field: Field, nodes: readonly string[]): KnownBlock {
  const { name, spec, required, initial } = field;
  const { type, label } = spec;
  const looks = {
    optional: !required,
    initial: initial === null ? null : writeValue(type, initial),
    hint: hintOf(field),
  };
  const id = inputOf(name);
  if (type === 'choice') return oneOf(id, label, spec.values ?? [], looks);
  if (type === 'boolean') return oneOf(id, label, ['yes', 'no'], looks);
  if (type === 'node') return oneOf(id, label, nodes, looks);
  if (type === 'text') return question({ id, label, maxLength: LONGEST_TEXT, multiline: !spec.pattern, ...looks });
  return question({ id, label, maxLength: LONGEST, ...looks });
}

const EXAMPLES: Readonly<Partial<Record<ParameterType, string>>> = {
  size: 'such as 512mb or 4gb',
  duration: 'such as 30s or 10m',
};

function hintOf({ spec, required, least, most }: Field): string {
  const bounds = allowed(spec.type, least ?? undefined, most ?? undefined);
  const parts = [
    spec.help ?? '',
    bounds,
    EXAMPLES[spec.type] ?? '',
    required ? '' : 'empty: computed when it is planned',
  ];
  return parts.filter(Boolean).join('; ');
}
