import { moment } from './dates.js';
import { h } from './dom.js';
import { words } from './emoji.js';
import { link } from './mrkdwn.js';
import { mention, store } from './store.js';

export function richText(block) {
  return h('div', { class: 'rich' }, block.elements.map(part));
}

function part(element) {
  switch (element.type) {
    case 'rich_text_section':
      return h('div', { class: 'rich-section' }, element.elements.map(leaf));
    case 'rich_text_preformatted':
      return h('pre', {}, element.elements.map(leaf));
    case 'rich_text_quote':
      return h('blockquote', {}, element.elements.map(leaf));
    case 'rich_text_list': {
      const tag = element.style === 'ordered' ? 'ol' : 'ul';
      const list = h(
        tag,
        { class: `indent-${element.indent ?? 0}` },
        element.elements.map((item) => h('li', {}, item.elements.map(leaf))),
      );
      return list;
    }
    default:
      return h('pre', { class: 'unknown' }, JSON.stringify(element));
  }
}

function leaf(element) {
  switch (element.type) {
    case 'text':
      return styled(words(element.text), element.style);
    case 'link':
      return styled(link(element.url, element.text ?? element.url), element.style);
    case 'user':
      return h('span', { class: 'mention' }, mention(element.user_id));
    case 'usergroup':
      return h(
        'span',
        { class: 'mention' },
        `@${store.groups.get(element.usergroup_id)?.handle ?? element.usergroup_id}`,
      );
    case 'channel':
      return h('span', { class: 'mention' }, `#${store.channels.get(element.channel_id)?.name ?? element.channel_id}`);
    case 'broadcast':
      return h('span', { class: 'mention' }, `@${element.range}`);
    case 'date':
      return styled(moment(element.timestamp, element.format), element.style);
    case 'emoji':
      return element.unicode
        ? String.fromCodePoint(...element.unicode.split('-').map((code) => Number.parseInt(code, 16)))
        : `:${element.name}:`;
    default:
      return JSON.stringify(element);
  }
}

function styled(content, style = {}) {
  let node = content;
  if (style.code) node = h('code', {}, node);
  if (style.bold) node = h('strong', {}, node);
  if (style.italic) node = h('em', {}, node);
  if (style.strike) node = h('s', {}, node);
  return node;
}
