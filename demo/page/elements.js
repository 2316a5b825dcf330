import { confirmed } from './confirm.js';
import { h } from './dom.js';
import { textNodes } from './mrkdwn.js';
import { store } from './store.js';

/** Any interactive element or picture. */
export function control(element, stage) {
  const draw = Object.hasOwn(CONTROLS, element.type) ? CONTROLS[element.type] : unknown;
  return draw(element, stage);
}

const CONTROLS = {
  button: pressable,
  image: (element) => h('img', { src: element.image_url, alt: element.alt_text, class: 'thumb' }),
  plain_text_input(element, stage) {
    const shared = { ...asInput(element, stage), maxlength: element.max_length };
    if (element.multiline) return h('textarea', { ...shared, rows: '3' }, element.initial_value ?? '');
    return h('input', { ...shared, type: 'text', autocomplete: 'off', value: element.initial_value });
  },
  number_input: (element, stage) =>
    h('input', { ...asInput(element, stage), type: 'number', step: element.is_decimal_allowed ? 'any' : '1' }),
  static_select: (element, stage) => menu(element, stage, (element.options ?? []).map(optionOf(element))),
  users_select: (element, stage) =>
    menu(
      element,
      stage,
      [...store.people.values()].map((person) => h('option', { value: person.id }, person.realName)),
    ),
  overflow: (element, stage) => menu(element, stage, (element.options ?? []).map(optionOf(element)), '⋯'),
  radio_buttons: (element, stage) => choices(element, stage, 'radio'),
  checkboxes: (element, stage) => choices(element, stage, 'checkbox'),
};

function unknown(element) {
  return h('pre', { class: 'unknown' }, JSON.stringify(element));
}

/** A button that asks first where the app wants it to, and says so when the app did not answer. */
export function pressable(element, stage) {
  const warning = h('span', { class: 'no-answer', role: 'alert' });
  const look = element.style === 'primary' ? 'button primary' : element.style === 'danger' ? 'button danger' : 'button';
  const press = async () => {
    if (element.confirm && !(await confirmed(element.confirm))) return;
    button.disabled = true;
    warning.textContent = '';
    const trouble = await stage.press({ actionId: element.action_id, value: element.value });
    button.disabled = false;
    if (trouble) warning.textContent = `⚠ ${trouble}`;
  };
  const button = h(
    'button',
    {
      type: 'button',
      class: look,
      'data-focus': `${element.action_id} ${element.value ?? ''}`,
      'aria-label': element.accessibility_label,
      onclick: press,
    },
    element.text.text,
  );
  return h('span', { class: 'pressable' }, button, warning);
}

function asInput(element, stage) {
  return {
    id: stage.inputId,
    name: element.action_id,
    placeholder: element.placeholder?.text,
    'aria-invalid': stage.invalid ? 'true' : undefined,
    'aria-describedby': stage.invalid ? `${stage.inputId}-error` : undefined,
    autofocus: element.focus_on_load === true,
    'data-focus': element.action_id,
  };
}

const optionOf = (element) => (option) =>
  h('option', { value: option.value, selected: element.initial_option?.value === option.value }, option.text.text);

function menu(element, stage, options, face) {
  const first = h('option', { value: '' }, face ?? element.placeholder?.text ?? 'Choose…');
  const select = h('select', { ...asInput(element, stage), 'aria-label': element.placeholder?.text }, first, options);
  if (stage.inputId === undefined) {
    select.addEventListener('change', () => stage.press({ actionId: element.action_id, picked: select.value }));
  }
  return select;
}

function choices(element, stage, type) {
  return h(
    'div',
    { class: 'choices', id: stage.inputId },
    element.options.map((option) => {
      const initial = [element.initial_option, ...(element.initial_options ?? [])].map((one) => one?.value);
      const box = { type, name: element.action_id, value: option.value, checked: initial.includes(option.value) };
      return h('label', {}, h('input', box), ' ', textNodes(option.text));
    }),
  );
}

/** What a form holds, by action_id. */
export function valuesOf(form) {
  const values = {};
  for (const field of form.querySelectorAll('input[name], textarea[name], select[name]')) {
    if (field.type === 'checkbox') {
      values[field.name] ??= [];
      if (field.checked) values[field.name].push(field.value);
    } else if (field.type !== 'radio' || field.checked) values[field.name] = field.value;
  }
  return values;
}
