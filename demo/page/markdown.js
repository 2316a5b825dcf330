import { h } from './dom.js';
import { link } from './mrkdwn.js';

/** The markdown block: headings, lists, tables, code, quotes and the inline marks. */
export function markdown(text) {
  const nodes = [];
  const rows = text.split('\n');
  while (rows.length > 0) nodes.push(take(rows));
  return h('div', { class: 'markdown' }, nodes);
}

function take(rows) {
  const row = rows.shift();
  if (row.startsWith('```')) {
    const end = rows.findIndex((one) => one.startsWith('```'));
    const body = rows.splice(0, end === -1 ? rows.length : end + 1);
    return h('pre', {}, body.filter((one) => !one.startsWith('```')).join('\n'));
  }
  const heading = /^(#{1,6}) +(.*)$/.exec(row);
  if (heading) return h(`h${Math.min(6, heading[1].length + 2)}`, {}, inline(heading[2]));
  if (/^(-{3,}|\*{3,})$/.test(row.trim())) return h('hr');
  if (row.startsWith('>')) return h('blockquote', {}, inline(row.replace(/^> ?/, '')));
  const item = /^\s*([-*]|\d+\.) +(.*)$/.exec(row);
  if (item) {
    const items = [item[2], ...takeWhile(rows, /^\s*([-*]|\d+\.) +(.*)$/).map((match) => match[2])];
    return h(
      item[1].length > 1 ? 'ol' : 'ul',
      {},
      items.map((one) => h('li', {}, inline(one))),
    );
  }
  if (/^\|.*\|$/.test(row.trim())) return table([row, ...takeWhile(rows, /^\s*\|.*\|\s*$/).map((match) => match[0])]);
  return row.trim() === '' ? h('div', { class: 'gap' }) : h('p', {}, inline(row));
}

function takeWhile(rows, pattern) {
  const taken = [];
  for (let match = pattern.exec(rows[0] ?? ''); match; match = pattern.exec(rows[0] ?? '')) {
    taken.push(match);
    rows.shift();
  }
  return taken;
}

function table(rows) {
  const cells = rows.filter((row) => !/^[\s|:-]+$/.test(row)).map((row) => row.trim().slice(1, -1).split('|'));
  const [head = [], ...body] = cells;
  return h(
    'table',
    {},
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        head.map((cell) => h('th', {}, inline(cell.trim()))),
      ),
    ),
    h(
      'tbody',
      {},
      body.map((row) =>
        h(
          'tr',
          {},
          row.map((cell) => h('td', {}, inline(cell.trim()))),
        ),
      ),
    ),
  );
}

const MARK = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)/g;

function inline(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(MARK)) {
    const [all, code, bold, italic, label, url] = match;
    nodes.push(text.slice(from, match.index));
    if (code !== undefined) nodes.push(h('code', {}, code));
    else if (bold !== undefined) nodes.push(h('strong', {}, inline(bold)));
    else if (italic !== undefined) nodes.push(h('em', {}, inline(italic)));
    else nodes.push(link(url, label));
    from = match.index + all.length;
  }
  return [...nodes, text.slice(from)];
}
