import { h, swap } from './dom.js';
import { author, repliesOf, rootsOf, store, unread } from './store.js';

/** Channels, the app, and who the visitor is. */
export function drawSidebar({ go, become }) {
  const channels = [...store.channels.values()].filter((channel) => channel.is_channel);
  swap(
    document.getElementById('sidebar'),
    h(
      'header',
      {},
      h('img', { src: '/icon.svg', alt: '', width: '28', height: '28' }),
      h('strong', {}, 'redis-medic demo'),
    ),
    h('p', { class: 'note' }, 'A pretend Slack workspace. The Redis servers are real.'),
    h('h2', {}, 'Channels'),
    h(
      'ul',
      {},
      channels.map((channel) => place(channel.id, `# ${channel.name}`, waiting(channel.id), go)),
    ),
    h('h2', {}, 'Apps'),
    h('ul', {}, place('home', '✚ redis-medic Home', 0, go)),
    h('div', { class: 'spacer' }),
    h('h2', { id: 'who' }, 'You are'),
    h(
      'ul',
      { class: 'people', 'aria-labelledby': 'who' },
      [...store.people.values()].map((one) => personRow(one, become)),
    ),
    h(
      'p',
      { class: store.connected ? 'link up' : 'link down', role: 'status' },
      store.connected ? 'Live' : 'Reconnecting…',
    ),
  );
}

/** Unread roots, and unread replies in their threads. */
function waiting(channel) {
  const roots = rootsOf(channel);
  return (
    (store.place === channel ? 0 : unread(roots, channel)) +
    roots.reduce((sum, root) => sum + unread(repliesOf(channel, root.ts), root.ts), 0)
  );
}

function place(id, name, count, go) {
  const current = store.place === id;
  return h(
    'li',
    {},
    h(
      'button',
      {
        type: 'button',
        class: count > 0 ? 'place has-news' : 'place',
        'aria-current': current ? 'page' : undefined,
        'data-focus': `place ${id}`,
        onclick: () => go(id),
      },
      h('span', {}, name),
      count > 0 && h('span', { class: 'count', 'aria-label': `${count} unread` }, String(count)),
    ),
  );
}

function personRow(person, become) {
  const { hue, initials } = author(person.id);
  return h(
    'li',
    {},
    h(
      'button',
      {
        type: 'button',
        class: 'person',
        'aria-pressed': String(store.me === person.id),
        'data-focus': `person ${person.id}`,
        'data-person': person.name,
        onclick: () => become(person.id),
      },
      h('span', { class: `avatar small hue-${hue}`, 'aria-hidden': 'true' }, initials),
      h('span', {}, h('strong', {}, person.realName), h('small', {}, person.title)),
    ),
  );
}
