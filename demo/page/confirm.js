import { h } from './dom.js';
import { textNodes } from './mrkdwn.js';

/** Slack's "are you sure"; true when the person says yes. */
export function confirmed({ title, text, confirm, deny, style }) {
  const dialog = document.getElementById('confirm');
  const { promise, resolve } = Promise.withResolvers();
  const answer = (yes) => {
    dialog.onclose = null;
    dialog.close();
    resolve(yes);
  };
  const yes = h(
    'button',
    { type: 'button', class: style === 'danger' ? 'button danger' : 'button primary', onclick: () => answer(true) },
    confirm?.text ?? 'Yes',
  );
  const no = h('button', { type: 'button', class: 'button', onclick: () => answer(false) }, deny?.text ?? 'Cancel');
  dialog.replaceChildren(
    h('h2', { id: 'confirm-title' }, title?.text ?? 'Are you sure?'),
    h('p', {}, textNodes(text)),
    h('footer', {}, no, yes),
  );
  dialog.setAttribute('aria-labelledby', 'confirm-title');
  dialog.onclose = () => resolve(false);
  dialog.showModal();
  yes.focus();
  return promise;
}
