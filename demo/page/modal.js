import { drawBlocks } from './blocks.js';
import { h, swap } from './dom.js';
import { valuesOf } from './elements.js';
import { ask } from './server.js';
import { store } from './store.js';

let errors = {};
let shown = '';

/** Shows the modal on top of the person's stack, or none. */
export function drawModal() {
  const dialog = document.getElementById('modal');
  const view = store.views.at(-1);
  if (!view) {
    shown = '';
    if (dialog.open) dialog.close();
    return;
  }
  if (view.hash !== shown) errors = {};
  shown = view.hash;
  const form = h('form', { novalidate: true }, content(view));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit(view, form);
  });
  swap(dialog, form);
  dialog.setAttribute('aria-labelledby', 'modal-title');
  dialog.oncancel = (event) => {
    event.preventDefault();
    void close(view);
  };
  if (!dialog.open) {
    dialog.showModal();
    form.querySelector('input, textarea, select')?.focus();
  }
}

function content(view) {
  const { me } = store;
  const stage = {
    path: view.id,
    errors,
    press: async (press) => {
      const form = document.querySelector('#modal form');
      const delivery = await ask('click', { user: me, viewId: view.id, ...press, state: valuesOf(form) });
      return delivery.error;
    },
  };
  return [
    h(
      'header',
      {},
      h('h2', { id: 'modal-title' }, view.title.text),
      h('button', { type: 'button', class: 'close', 'aria-label': 'Close', onclick: () => close(view) }, '✕'),
    ),
    h('div', { class: 'modal-body' }, drawBlocks(view.blocks, stage)),
    errors[''] && h('div', { class: 'error', role: 'alert' }, errors['']),
    h(
      'footer',
      {},
      h('button', { type: 'button', class: 'button', onclick: () => close(view) }, view.close?.text ?? 'Cancel'),
      view.submit && h('button', { type: 'submit', class: 'button primary' }, view.submit.text),
    ),
  ];
}

async function submit(view, form) {
  const values = valuesOf(form);
  form.querySelector('[type=submit]').disabled = true;
  const answer = await ask('submit', { user: store.me, viewId: view.id, values }).catch((error) => ({
    errors: { '': error.message },
  }));
  errors = answer.errors;
  if (store.views.at(-1)?.hash !== view.hash) return;
  if (Object.keys(errors).length === 0) return;
  keep(view, values);
  drawModal();
}

/** What was typed stays in the fields when the modal is drawn again with errors. */
function keep(view, values) {
  for (const { element } of view.blocks) {
    if (element?.type === 'plain_text_input') element.initial_value = values[element.action_id];
    if (element?.type === 'static_select') {
      element.initial_option = element.options.find(({ value }) => value === values[element.action_id]);
    }
  }
}

async function close(view) {
  await ask('close', { user: store.me, viewId: view.id });
}
