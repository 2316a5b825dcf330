import { LIMITS, SURFACES } from './limits.ts';
import { element, plain, richText, text } from './lint-elements.ts';
import { fail, isJson, type Json, objects, string, unknownKeys, type Walk } from './lint-walk.ts';

type Check = (walk: Walk, block: Json, at: string) => void;

const BLOCKS: Readonly<Record<string, { keys: readonly string[]; check: Check }>> = {
  header: { keys: ['text'], check: (walk, block, at) => plain(walk, block.text, `${at}/text`, LIMITS.header) },
  divider: { keys: [], check: () => {} },
  section: { keys: ['text', 'fields', 'accessory', 'expand'], check: section },
  context: { keys: ['elements'], check: context },
  actions: { keys: ['elements'], check: actions },
  input: { keys: ['label', 'hint', 'optional', 'element', 'dispatch_action'], check: input },
  image: { keys: ['image_url', 'slack_file', 'alt_text', 'title'], check: image },
  rich_text: { keys: ['elements'], check: richText },
  markdown: {
    keys: ['text'],
    check: (walk, block, at) => string(walk, block.text, `${at}/text`, LIMITS.markdownTotal, true),
  },
  alert: {
    keys: ['text', 'level'],
    check: (walk, block, at) => text(walk, block.text, `${at}/text`, LIMITS.alertText),
  },
  table: { keys: ['rows', 'column_settings'], check: table },
  plan: { keys: ['title', 'tasks'], check: plan },
  task_card: { keys: ['task_id', 'title', 'details', 'output', 'sources', 'status'], check: task },
  container: {
    keys: [
      'title',
      'rich_text_title',
      'subtitle',
      'child_blocks',
      'width',
      'icon',
      'is_collapsible',
      'default_collapsed',
      'has_header_divider',
    ],
    check: container,
  },
};

/** One block, and those inside it. */
export function block(walk: Walk, value: Json, at: string): void {
  const type = String(value.type);
  const rule = Object.hasOwn(BLOCKS, type) ? BLOCKS[type] : undefined;
  const surfaces = SURFACES[type];
  if (!rule || !surfaces) {
    fail(walk, `${at}/type`, `unsupported type: ${type}`);
    return;
  }
  if (!surfaces.includes(walk.surface)) fail(walk, `${at}/type`, `${type} is not allowed in a ${walk.surface}`);
  unknownKeys(walk, value, at, ['type', 'block_id', ...rule.keys]);
  string(walk, value.block_id, `${at}/block_id`, LIMITS.id);
  if (typeof value.block_id === 'string') {
    if (walk.blockIds.has(value.block_id)) fail(walk, `${at}/block_id`, `block_id already exists: ${value.block_id}`);
    walk.blockIds.add(value.block_id);
  }
  rule.check({ ...walk, actionIds: new Set() }, value, at);
}

function section(walk: Walk, value: Json, at: string): void {
  if (value.text === undefined && value.fields === undefined) fail(walk, at, 'must have text or fields');
  if (value.text !== undefined) text(walk, value.text, `${at}/text`, LIMITS.text);
  if (value.fields !== undefined) {
    for (const [index, field] of objects(walk, value.fields, `${at}/fields`, [1, LIMITS.fields]).entries()) {
      text(walk, field, `${at}/fields/${index}`, LIMITS.fieldText);
    }
  }
  if (isJson(value.accessory) && value.accessory.type !== 'image') element(walk, value.accessory, `${at}/accessory`);
}

function context(walk: Walk, value: Json, at: string): void {
  for (const [index, item] of objects(walk, value.elements, `${at}/elements`, [1, LIMITS.contextElements]).entries()) {
    if (item.type !== 'image') text(walk, item, `${at}/elements/${index}`, LIMITS.text);
  }
}

function actions(walk: Walk, value: Json, at: string): void {
  for (const [index, item] of objects(walk, value.elements, `${at}/elements`, [1, LIMITS.actionElements]).entries()) {
    element(walk, item, `${at}/elements/${index}`);
  }
}

function input(walk: Walk, value: Json, at: string): void {
  plain(walk, value.label, `${at}/label`, LIMITS.inputLabel);
  if (value.hint !== undefined) plain(walk, value.hint, `${at}/hint`, LIMITS.inputHint);
  if (isJson(value.element)) element(walk, value.element, `${at}/element`);
  else fail(walk, `${at}/element`, 'must be an object');
}

function image(walk: Walk, value: Json, at: string): void {
  if ((value.image_url === undefined) === (value.slack_file === undefined)) {
    fail(walk, at, 'must have either image_url or slack_file');
  }
  string(walk, value.image_url, `${at}/image_url`, LIMITS.url);
  string(walk, value.alt_text, `${at}/alt_text`, LIMITS.altText, true);
  if (value.title !== undefined) plain(walk, value.title, `${at}/title`, LIMITS.imageTitle);
}

function table(walk: Walk, value: Json, at: string): void {
  if (!Array.isArray(value.rows)) {
    fail(walk, `${at}/rows`, 'must be an array');
    return;
  }
  if (value.rows.length < 1 || value.rows.length > LIMITS.tableRows) {
    fail(walk, `${at}/rows`, `must have 1 to ${LIMITS.tableRows} rows`);
  }
  for (const [row, cells] of value.rows.entries()) {
    const here = `${at}/rows/${row}`;
    for (const [column, cell] of objects(walk, cells, here, [1, LIMITS.tableColumns]).entries()) {
      if (cell.type === 'rich_text') richText(walk, cell, `${here}/${column}`);
      else if (cell.type === 'raw_text') string(walk, cell.text, `${here}/${column}/text`, LIMITS.messageTotal, true);
      else if (cell.type !== 'raw_number')
        fail(walk, `${here}/${column}/type`, 'must be raw_text, raw_number or rich_text');
    }
  }
}

function plan(walk: Walk, value: Json, at: string): void {
  string(walk, value.title, `${at}/title`, LIMITS.text, true);
  const seen = new Set<unknown>();
  for (const [index, item] of objects(walk, value.tasks ?? [], `${at}/tasks`, [0, LIMITS.planTasks]).entries()) {
    const here = `${at}/tasks/${index}`;
    if (seen.has(item.task_id)) fail(walk, `${here}/task_id`, 'task_id already exists');
    seen.add(item.task_id);
    task(walk, item, here);
  }
}

function task(walk: Walk, value: Json, at: string): void {
  string(walk, value.task_id, `${at}/task_id`, LIMITS.id, true);
  string(walk, value.title, `${at}/title`, LIMITS.text, true);
  if (!['pending', 'in_progress', 'complete', 'error'].includes(String(value.status))) {
    fail(walk, `${at}/status`, 'must be pending, in_progress, complete or error');
  }
  for (const part of ['details', 'output'] as const) {
    const rich = value[part];
    if (rich === undefined) continue;
    if (!isJson(rich) || rich.type !== 'rich_text') fail(walk, `${at}/${part}`, 'must be a rich_text block');
    else {
      richText(walk, rich, `${at}/${part}`);
      if (Array.isArray(rich.elements) && rich.elements.length > 1)
        fail(walk, `${at}/${part}/elements`, 'no more than 1 items allowed');
    }
  }
}

const CHILDREN = [
  'actions',
  'context',
  'divider',
  'file',
  'header',
  'image',
  'input',
  'rich_text',
  'section',
  'table',
  'video',
];

function container(walk: Walk, value: Json, at: string): void {
  if (value.title !== undefined) plain(walk, value.title, `${at}/title`, LIMITS.containerTitle);
  else if (value.rich_text_title === undefined) fail(walk, at, 'must have title or rich_text_title');
  const children = objects(walk, value.child_blocks, `${at}/child_blocks`, [1, LIMITS.containerChildren]);
  for (const [index, child] of children.entries()) {
    const here = `${at}/child_blocks/${index}`;
    if (!CHILDREN.includes(String(child.type)))
      fail(walk, `${here}/type`, `${String(child.type)} is not allowed in a container`);
    block(walk, child, here);
  }
}
