import { LIMITS } from './limits.ts';
import { fail, isJson, type Json, objects, string, unknownKeys, type Walk } from './lint-walk.ts';

/** A text object: `{type, text}`. */
export function text(
  walk: Walk,
  value: unknown,
  at: string,
  max: number,
  kinds: readonly string[] = ['plain_text', 'mrkdwn'],
): void {
  if (!isJson(value)) {
    fail(walk, at, 'must be a text object');
    return;
  }
  if (!kinds.includes(String(value.type))) fail(walk, `${at}/type`, `must be ${kinds.join(' or ')}`);
  unknownKeys(walk, value, at, value.type === 'mrkdwn' ? ['type', 'text', 'verbatim'] : ['type', 'text', 'emoji']);
  string(walk, value.text, `${at}/text`, max, true);
}

export function plain(walk: Walk, value: unknown, at: string, max: number): void {
  text(walk, value, at, max, ['plain_text']);
}

const ACTIONABLE = ['type', 'action_id', 'confirm', 'focus_on_load'];

const ELEMENTS: Readonly<Record<string, (walk: Walk, element: Json, at: string) => void>> = {
  button(walk, element, at) {
    unknownKeys(walk, element, at, [...ACTIONABLE, 'text', 'value', 'url', 'style', 'accessibility_label']);
    plain(walk, element.text, `${at}/text`, LIMITS.buttonText);
    string(walk, element.value, `${at}/value`, LIMITS.buttonValue);
    string(walk, element.url, `${at}/url`, LIMITS.url);
    string(walk, element.accessibility_label, `${at}/accessibility_label`, LIMITS.accessibilityLabel);
    if (!['primary', 'danger', undefined].includes(element.style as string | undefined)) {
      fail(walk, `${at}/style`, 'must be primary or danger');
    }
  },
  static_select: options(LIMITS.options),
  multi_static_select: options(LIMITS.options),
  overflow: options(LIMITS.overflowOptions),
  checkboxes: options(LIMITS.choices),
  radio_buttons: options(LIMITS.choices),
  plain_text_input(walk, element, at) {
    const max = element.max_length;
    if (max !== undefined && !(typeof max === 'number' && max >= 1 && max <= LIMITS.inputLength)) {
      fail(walk, `${at}/max_length`, `must be between 1 and ${LIMITS.inputLength}`);
    }
    string(walk, element.initial_value, `${at}/initial_value`, LIMITS.inputLength);
  },
  users_select: () => {},
  conversations_select: () => {},
  datepicker: () => {},
  number_input: () => {},
};

function options(max: number) {
  return (walk: Walk, element: Json, at: string): void => {
    for (const [index, option] of objects(walk, element.options, `${at}/options`, [1, max]).entries()) {
      const here = `${at}/options/${index}`;
      text(walk, option.text, `${here}/text`, LIMITS.optionText);
      string(walk, option.value, `${here}/value`, LIMITS.optionValue, true);
      if (option.description !== undefined) {
        text(walk, option.description, `${here}/description`, LIMITS.optionDescription);
      }
    }
  };
}

/** An interactive element, with its id and confirm dialog. */
export function element(walk: Walk, value: Json, at: string): void {
  const type = String(value.type);
  const check = Object.hasOwn(ELEMENTS, type) ? ELEMENTS[type] : undefined;
  if (!check) {
    fail(walk, `${at}/type`, `unsupported element type: ${type}`);
    return;
  }
  check(walk, value, at);
  string(walk, value.action_id, `${at}/action_id`, LIMITS.id);
  if (typeof value.action_id === 'string') {
    if (walk.actionIds.has(value.action_id)) fail(walk, `${at}/action_id`, 'action_id already exists in this block');
    walk.actionIds.add(value.action_id);
  }
  if (value.placeholder !== undefined) plain(walk, value.placeholder, `${at}/placeholder`, LIMITS.placeholder);
  if (value.confirm === undefined) return;
  if (!isJson(value.confirm)) {
    fail(walk, `${at}/confirm`, 'must be an object');
    return;
  }
  unknownKeys(walk, value.confirm, `${at}/confirm`, ['title', 'text', 'confirm', 'deny', 'style']);
  plain(walk, value.confirm.title, `${at}/confirm/title`, LIMITS.confirmTitle);
  text(walk, value.confirm.text, `${at}/confirm/text`, LIMITS.confirmText);
  plain(walk, value.confirm.confirm, `${at}/confirm/confirm`, LIMITS.confirmButton);
  plain(walk, value.confirm.deny, `${at}/confirm/deny`, LIMITS.confirmButton);
}

const LEAVES: Readonly<Record<string, readonly string[]>> = {
  text: ['text'],
  link: ['url', 'text', 'unsafe'],
  emoji: ['name', 'unicode'],
  date: ['timestamp', 'format', 'url', 'fallback'],
  user: ['user_id'],
  usergroup: ['usergroup_id'],
  channel: ['channel_id'],
  color: ['value'],
};

/** The elements of a rich_text block. */
export function richText(walk: Walk, block: Json, at: string): void {
  for (const [index, part] of objects(walk, block.elements, `${at}/elements`, [1, 1000]).entries()) {
    const here = `${at}/elements/${index}`;
    if (part.type === 'rich_text_list') {
      if (part.style !== 'bullet' && part.style !== 'ordered') fail(walk, `${here}/style`, 'must be bullet or ordered');
      if (![undefined, 0, 1, 2, 3, 4, 5, 6, 7, 8].includes(part.indent as number | undefined))
        fail(walk, `${here}/indent`, 'must be 0 to 8');
      for (const [item, section] of objects(walk, part.elements, `${here}/elements`, [1, 1000]).entries()) {
        leaves(walk, section, `${here}/elements/${item}`);
      }
    } else if (['rich_text_section', 'rich_text_quote', 'rich_text_preformatted'].includes(String(part.type))) {
      leaves(walk, part, here);
    } else {
      fail(walk, `${here}/type`, `unsupported rich text element: ${String(part.type)}`);
    }
  }
}

function leaves(walk: Walk, section: Json, at: string): void {
  for (const [index, leaf] of objects(walk, section.elements, `${at}/elements`, [1, 1000]).entries()) {
    const here = `${at}/elements/${index}`;
    const kind = String(leaf.type);
    const known = Object.hasOwn(LEAVES, kind) ? LEAVES[kind] : undefined;
    if (!known) {
      fail(walk, `${here}/type`, `unsupported rich text leaf: ${kind}`);
      continue;
    }
    unknownKeys(walk, leaf, here, ['type', 'style', ...known]);
    if (leaf.type === 'text' && (typeof leaf.text !== 'string' || leaf.text === '')) {
      fail(walk, `${here}/text`, 'must be more than 0 characters');
    }
    if (leaf.type === 'date' && !Number.isInteger(leaf.timestamp)) {
      fail(walk, `${here}/timestamp`, 'must be a whole number of seconds');
    }
  }
}
