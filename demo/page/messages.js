import { drawBlocks } from './blocks.js';
import { clockTime } from './dates.js';
import { h } from './dom.js';
import { words } from './emoji.js';
import { mrkdwn, plainOf } from './mrkdwn.js';
import { ask } from './server.js';
import { author, repliesOf, store, unread } from './store.js';

/** One message as an element. With `openThread` it shows how many replies it has. */
export function drawMessage(message, openThread) {
  const { name, badge, hue, initials } = author(message.user);
  const stage = {
    path: message.ts,
    press: async (press) => {
      store.eager = true;
      const delivery = await ask('click', { user: store.me, messageTs: message.ts, ...press }).catch((error) => ({
        error: error.message,
      }));
      return delivery.error;
    },
  };
  return h(
    'article',
    { class: message.ephemeral ? 'message ephemeral' : 'message', 'data-ts': message.ts },
    h('div', { class: `avatar hue-${hue}`, 'aria-hidden': 'true' }, initials),
    h(
      'div',
      { class: 'message-body' },
      message.ephemeral && h('div', { class: 'only-you' }, words('👁 Only visible to you')),
      h(
        'header',
        { class: 'byline' },
        h('strong', {}, name),
        badge && h('span', { class: 'badge' }, badge),
        h('time', { class: 'at', datetime: new Date(message.ts * 1000).toISOString() }, clockTime(message.ts)),
      ),
      message.blocks ? drawBlocks(message.blocks, stage) : h('div', { class: 'text' }, mrkdwn(message.text)),
      message.reactions && h('div', { class: 'reactions' }, message.reactions.map(reaction)),
      openThread && threadLine(message, openThread),
    ),
  );
}

function reaction({ name, count }) {
  return h('span', {}, mrkdwn(`:${name}:`), ` ${count}`);
}

function threadLine(message, openThread) {
  const replies = repliesOf(message.channel, message.ts);
  if (message.ephemeral) return undefined;
  const fresh = unread(replies, message.ts);
  const last = replies.at(-1);
  return h(
    'button',
    {
      type: 'button',
      class: replies.length === 0 ? 'thread-line quiet' : 'thread-line',
      'data-focus': `thread ${message.ts}`,
      'aria-label': `Open thread: ${plainOf(message.text).slice(0, 60)}`,
      onclick: () => openThread(message.ts),
    },
    replies.length === 0 ? 'Reply in thread' : `${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}`,
    fresh > 0 && h('span', { class: 'fresh' }, `${fresh} new`),
    last && h('span', { class: 'at' }, `last at ${clockTime(last.ts)}`),
  );
}
