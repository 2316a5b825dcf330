import { h } from './dom.js';
import { control, pressable } from './elements.js';
import { words } from './emoji.js';
import { markdown } from './markdown.js';
import { textNodes } from './mrkdwn.js';
import { richText } from './rich-text.js';

/** Which folded containers a person has opened or closed: they stay so when the app edits the message. */
const folds = new Map();

/** Blocks as elements. `stage` says where they stand and what a press in them does. */
export function drawBlocks(blocks, stage) {
  return blocks.map((block, at) => {
    const draw = Object.hasOwn(BLOCKS, block.type) ? BLOCKS[block.type] : unknown;
    return h('div', { class: `block block-${block.type}` }, draw(block, { ...stage, path: `${stage.path} ${at}` }));
  });
}

const BLOCKS = {
  header: (block) => h('h3', {}, words(block.text.text)),
  divider: () => h('hr'),
  section(block, stage) {
    return [
      h(
        'div',
        { class: 'section-main' },
        block.text && h('div', { class: 'text' }, textNodes(block.text)),
        block.fields &&
          h(
            'div',
            { class: 'fields' },
            block.fields.map((field) => h('div', {}, textNodes(field))),
          ),
      ),
      block.accessory && h('div', { class: 'accessory' }, control(block.accessory, stage)),
    ];
  },
  context: (block) =>
    block.elements.map((item) => (item.type === 'image' ? picture(item) : h('span', {}, textNodes(item)))),
  actions: (block, stage) => block.elements.map((item) => control(item, stage)),
  rich_text: (block) => richText(block),
  markdown: (block) => markdown(block.text),
  image: (block) => h('figure', {}, block.title && h('figcaption', {}, block.title.text), picture(block)),
  alert: (block) => h('div', { class: `alert alert-${block.level ?? 'default'}`, role: 'note' }, textNodes(block.text)),
  table,
  plan,
  task_card: (block) => task(block),
  input(block, stage) {
    const id = `input-${block.block_id}`;
    const error = stage.errors?.[block.block_id];
    return [
      h('label', { for: id }, block.label.text, block.optional && h('span', { class: 'optional' }, ' (optional)')),
      control(block.element, { ...stage, inputId: id, invalid: error !== undefined }),
      error && h('div', { class: 'error', role: 'alert', id: `${id}-error` }, error),
      block.hint && h('div', { class: 'hint' }, block.hint.text),
    ];
  },
  container(block, stage) {
    const inside = drawBlocks(block.child_blocks, stage);
    const title = block.title ? block.title.text : richText(block.rich_text_title);
    const heading = [h('strong', {}, title), block.subtitle && h('span', { class: 'subtitle' }, block.subtitle.text)];
    if (!block.is_collapsible) return h('section', { class: 'container' }, h('header', {}, heading), inside);
    const open = folds.get(stage.path) ?? block.default_collapsed !== true;
    const summary = h('summary', { 'data-focus': `fold ${stage.path}` }, heading);
    const details = h('details', { class: 'container', open }, summary, inside);
    details.addEventListener('toggle', () => folds.set(stage.path, details.open));
    return details;
  },
  card(block, stage) {
    return h(
      'section',
      { class: 'card' },
      block.hero_image && picture(block.hero_image),
      block.title && h('strong', {}, textNodes(block.title)),
      block.subtitle && h('div', { class: 'subtitle' }, textNodes(block.subtitle)),
      block.body && h('div', {}, textNodes(block.body)),
      block.actions &&
        h(
          'div',
          { class: 'block-actions' },
          block.actions.map((item) => pressable(item, stage)),
        ),
    );
  },
};

function unknown(block) {
  return h('pre', { class: 'unknown' }, JSON.stringify(block, null, 2));
}

function picture(image) {
  return h('img', { src: image.image_url, alt: image.alt_text ?? '', loading: 'lazy' });
}

function table(block) {
  const settings = block.column_settings ?? [];
  const rows = block.rows.map((cells, row) =>
    h(
      'tr',
      {},
      cells.map((cell, column) => {
        const classes = [`align-${settings[column]?.align ?? 'left'}`, settings[column]?.is_wrapped && 'wrapped'];
        const content = cell.type === 'rich_text' ? richText(cell) : String(cell.text ?? cell.value ?? '');
        return h(row === 0 ? 'th' : 'td', { class: classes.filter(Boolean).join(' ') }, content);
      }),
    ),
  );
  return h('div', { class: 'table-scroll', tabindex: '0' }, h('table', {}, rows));
}

const STATUS = {
  pending: { mark: '○', word: 'pending' },
  in_progress: { mark: '', word: 'in progress' },
  complete: { mark: '✓', word: 'done' },
  error: { mark: '✕', word: 'failed' },
};

function plan(block) {
  const done = block.tasks.filter((one) => one.status === 'complete').length;
  const failed = block.tasks.some((one) => one.status === 'error');
  const state = failed ? 'error' : done === block.tasks.length ? 'complete' : 'in_progress';
  return h(
    'section',
    { class: `plan plan-${state}` },
    h('header', {}, h('strong', {}, block.title), h('span', { class: 'count' }, `${done} of ${block.tasks.length}`)),
    h(
      'ol',
      {},
      block.tasks.map((one) => h('li', {}, task(one))),
    ),
  );
}

function task(one) {
  const { mark, word } = STATUS[one.status] ?? STATUS.pending;
  return h(
    'div',
    { class: `task task-${one.status}` },
    h('span', { class: 'mark', role: 'img', 'aria-label': word }, mark),
    h(
      'div',
      { class: 'task-body' },
      h('div', { class: 'task-title' }, one.title),
      one.details && richText(one.details),
      one.output && h('div', { class: 'output' }, richText(one.output)),
    ),
  );
}
