import { isJson, type Json } from './model.ts';

/** An interactive element and the block that it stands in. */
export interface Placed {
  blockId: string;
  block: Json;
  element: Json;
}

/** Every interactive element of the blocks, at any depth. */
export function placedElements(blocks: readonly Json[]): Placed[] {
  const found: Placed[] = [];
  for (const block of blocks) visit(block, block, found);
  return found;
}

function visit(value: unknown, block: Json, found: Placed[]): void {
  if (Array.isArray(value)) for (const one of value) visit(one, block, found);
  if (!isJson(value)) return;
  const here = typeof value.block_id === 'string' ? value : block;
  if (typeof value.action_id === 'string' && typeof value.type === 'string') {
    found.push({ blockId: String(here.block_id), block: here, element: value });
  }
  for (const inner of Object.values(value)) visit(inner, here, found);
}

/** What a person put into an element, as payloads carry it; undefined picks nothing. */
export function filled(element: Json, given: unknown): Json {
  const type = String(element.type);
  const options = optionsOf(element);
  switch (type) {
    case 'static_select':
    case 'radio_buttons':
    case 'overflow':
      return { type, selected_option: options.find((option) => option.value === given) ?? null };
    case 'checkboxes':
    case 'multi_static_select': {
      const picked = Array.isArray(given) ? given : [given];
      return { type, selected_options: options.filter((option) => picked.includes(option.value)) };
    }
    case 'users_select':
      return { type, selected_user: given ?? null };
    default:
      return { type, value: given === undefined || given === '' ? null : given };
  }
}

function optionsOf(element: Json): Json[] {
  const groups = Array.isArray(element.option_groups) ? element.option_groups.filter(isJson) : [];
  const lists = [element.options, ...groups.map((group) => group.options)];
  return lists.flatMap((list) => (Array.isArray(list) ? list.filter(isJson) : []));
}

/** What the element shows before anybody touched it. */
function initial(element: Json): unknown {
  if (element.initial_value !== undefined) return element.initial_value;
  if (isJson(element.initial_option)) return element.initial_option.value;
  if (Array.isArray(element.initial_options)) return element.initial_options.map((option: Json) => option.value);
  return element.initial_user;
}

/** Values that a person typed, by block_id or action_id. */
export type Values = Readonly<Record<string, unknown>>;

/** The state of all inputs, as `state.values` of a payload. */
export function stateValues(blocks: readonly Json[], values: Values): Record<string, Json> {
  const state: Record<string, Json> = {};
  for (const { blockId, element } of placedElements(blocks)) {
    if (element.type === 'button' || element.type === 'overflow') continue;
    const id = String(element.action_id);
    const given = values[id] ?? values[blockId] ?? initial(element);
    state[blockId] = { ...state[blockId], [id]: filled(element, given) };
  }
  return state;
}

/** What the client itself refuses before the app is asked: block_id -> reason. */
export function missing(blocks: readonly Json[], state: Readonly<Record<string, Json>>): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const block of blocks) {
    if (block.type !== 'input' || !isJson(block.element)) continue;
    const entry = state[String(block.block_id)]?.[String(block.element.action_id)];
    const reason = isJson(entry) ? complaint(block.element, entry, block.optional === true) : undefined;
    if (reason !== undefined) errors[String(block.block_id)] = reason;
  }
  return errors;
}

function complaint(element: Json, entry: Json, optional: boolean): string | undefined {
  const value = entry.value ?? entry.selected_option ?? entry.selected_user ?? entry.selected_options;
  const empty = value === null || value === undefined || (Array.isArray(value) && value.length === 0);
  if (empty) return optional ? undefined : 'Please complete this required field.';
  if (typeof value !== 'string') return undefined;
  const { min_length: min, max_length: max } = element;
  if (typeof min === 'number' && value.length < min) return `Please enter at least ${min} characters.`;
  if (typeof max === 'number' && value.length > max) return `Please enter at most ${max} characters.`;
  return undefined;
}
