import { h } from './dom.js';
import { ask } from './server.js';
import { store } from './store.js';

/** A box to write in. With `commands` it completes and sends slash commands, which threads do not take. */
export function makeComposer({ label, commands, target }) {
  const list = h('ul', { class: 'completions', role: 'listbox', id: `${label}-completions`, hidden: true });
  const input = h('input', {
    type: 'text',
    autocomplete: 'off',
    'aria-label': label,
    placeholder: label,
    role: commands ? 'combobox' : undefined,
    'aria-controls': commands ? list.id : undefined,
    'aria-expanded': commands ? 'false' : undefined,
  });
  const trouble = h('div', { class: 'error', role: 'alert' });
  const form = h(
    'form',
    { class: 'composer' },
    list,
    h('div', { class: 'compose-row' }, input, h('button', { type: 'submit', class: 'button primary' }, 'Send')),
    trouble,
  );
  let picked = -1;

  const offers = () => {
    const { command } = store.app;
    if (!commands || !input.value.startsWith('/')) return [];
    return store.completions
      .map(({ text, hint }) => ({ text: `${command} ${text}`, hint }))
      .filter(({ text }) => text.startsWith(input.value) && text !== input.value);
  };
  const draw = () => {
    const all = offers();
    picked = Math.min(picked, all.length - 1);
    list.hidden = all.length === 0;
    input.setAttribute('aria-expanded', String(all.length > 0));
    list.replaceChildren(
      ...all.map(({ text, hint }, at) =>
        h(
          'li',
          { role: 'option', 'aria-selected': String(at === picked), onmousedown: (event) => take(event, text) },
          h('code', {}, text),
          h('span', {}, hint),
        ),
      ),
    );
  };
  const take = (event, text) => {
    event.preventDefault();
    input.value = text;
    picked = -1;
    draw();
  };
  input.addEventListener('input', draw);
  input.addEventListener('focus', draw);
  input.addEventListener('blur', () => {
    list.hidden = true;
  });
  input.addEventListener('keydown', (event) => {
    const all = offers();
    if (event.key === 'Escape') list.hidden = true;
    if (all.length === 0 || list.hidden) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      picked = (picked + (event.key === 'ArrowDown' ? 1 : -1) + all.length) % all.length;
      draw();
    } else if (event.key === 'Tab') take(event, all[Math.max(0, picked)].text);
    else if (event.key === 'Enter' && picked >= 0) take(event, all[picked].text);
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text === '') return;
    trouble.textContent = '';
    const { command } = store.app;
    if (commands && text.startsWith('/') && !`${text} `.startsWith(`${command} `)) {
      trouble.textContent = `This workspace knows only ${command}.`;
      return;
    }
    input.value = '';
    draw();
    try {
      const slash = commands && text.startsWith('/');
      await ask(slash ? 'slash' : 'say', {
        user: store.me,
        ...target(),
        text: slash ? text.slice(command.length).trim() : text,
      });
    } catch (error) {
      trouble.textContent = error.message;
    }
  });
  return form;
}
