import { moment } from './dates.js';
import { h } from './dom.js';
import { words } from './emoji.js';
import { mention, store } from './store.js';

/** Slack's own markup as nodes. Only what we build here becomes an element; the rest stays text. */
export function mrkdwn(text) {
  const nodes = [];
  for (const [at, part] of text.split('```').entries()) {
    if (at % 2 === 1) nodes.push(h('pre', {}, plainOf(part.replace(/^\n|\n$/g, ''))));
    else nodes.push(...lines(part));
  }
  return nodes;
}

function lines(text) {
  const nodes = [];
  for (const [at, line] of text.split('\n').entries()) {
    if (at > 0) nodes.push(h('br'));
    const quoted = /^(&gt;|>) ?(.*)$/.exec(line);
    nodes.push(quoted ? h('span', { class: 'quoted' }, inline(quoted[2])) : inline(line));
  }
  return nodes;
}

const TOKEN =
  /`([^`]+)`|<([^>]+)>|(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])|(?<![\w_])_([^_\s][^_]*)_(?![\w_])|(?<![\w~])~([^~\s][^~]*)~(?![\w~])|:([a-z0-9_+-]+):/g;

function inline(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    nodes.push(words(decode(text.slice(from, match.index))));
    nodes.push(token(match));
    from = match.index + match[0].length;
  }
  nodes.push(words(decode(text.slice(from))));
  return nodes;
}

function token([all, code, angled, bold, italic, struck, emoji]) {
  if (code !== undefined) return h('code', {}, decode(code));
  if (angled !== undefined) return reference(angled);
  if (bold !== undefined) return h('strong', {}, inline(bold));
  if (italic !== undefined) return h('em', {}, inline(italic));
  if (struck !== undefined) return h('s', {}, inline(struck));
  return words(EMOJI[emoji] ?? all);
}

/** What stands between < and >: a person, a channel, a date, a link. */
function reference(inner) {
  const [target, label] = split(inner, '|');
  if (target.startsWith('@')) return h('span', { class: 'mention' }, mention(target.slice(1)));
  if (target.startsWith('#')) {
    return h('span', { class: 'mention' }, `#${label ?? store.channels.get(target.slice(1))?.name ?? target.slice(1)}`);
  }
  const [command, ...rest] = target.split('^');
  if (command === '!date') return moment(Number(rest[0]), rest[1] ?? '{date_short} {time}');
  if (command === '!subteam') {
    return h('span', { class: 'mention' }, `@${store.groups.get(rest[0])?.handle ?? rest[0]}`);
  }
  if (target.startsWith('!')) return h('span', { class: 'mention' }, `@${target.slice(1)}`);
  return link(decode(target), decode(label ?? target));
}

/** Only web addresses become links. */
export function link(url, label) {
  if (!/^https?:\/\//.test(url)) return label;
  return h('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, label);
}

function split(text, at) {
  const index = text.indexOf(at);
  return index === -1 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

/** Without markup: what a notification shows. */
export function plainOf(text) {
  return decode(text.replace(/<([^>|]+)\|([^>]*)>/g, '$2').replace(/<@(\w+)>/g, (_all, id) => mention(id)));
}

function decode(text) {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

const EMOJI = {
  white_check_mark: '✅',
  warning: '⚠️',
  x: '❌',
  eyes: '👀',
  red_circle: '🔴',
  large_green_circle: '🟢',
  hourglass: '⌛',
  rotating_light: '🚨',
  information_source: 'ℹ️',
};

/** Text objects: plain_text is never parsed. */
export function textNodes(text) {
  if (!text) return [];
  return text.type === 'mrkdwn' ? mrkdwn(text.text) : words(text.text);
}
