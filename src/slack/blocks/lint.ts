import { LIMITS, type Surface } from './limits.ts';
import { block } from './lint-blocks.ts';
import { plain } from './lint-elements.ts';
import { fail, isJson, type Json, objects, string, unknownKeys, type Walk } from './lint-walk.ts';

/** What Slack would refuse in these blocks of a message, and what goes over our own budget; empty when all is well. */
export function lintMessage(blocks: unknown): string[] {
  const walk = start('message');
  const all = lint(walk, blocks, LIMITS.messageBlocks);
  const size = JSON.stringify(blocks ?? null).length;
  if (size > LIMITS.messageBudget) fail(walk, '/blocks', `msg_blocks_too_long: ${size} of ${LIMITS.messageBudget}`);
  const count = (type: string) => all.filter((one) => one.type === type).length;
  if (count('table') > 1) fail(walk, '/blocks', 'only one table is allowed in a message');
  if (count('plan') > 1) fail(walk, '/blocks', 'only one plan is allowed in a message');
  if (count('plan') > 0 && count('task_card') > 0) fail(walk, '/blocks', 'plan and task_card exclude each other');
  if (count('data_visualization') > LIMITS.charts) fail(walk, '/blocks', `no more than ${LIMITS.charts} charts`);
  const markdown = all.reduce((sum, one) => sum + (one.type === 'markdown' ? String(one.text).length : 0), 0);
  if (markdown > LIMITS.markdownTotal)
    fail(walk, '/blocks', `markdown blocks exceed ${LIMITS.markdownTotal} characters`);
  return walk.problems;
}

/** What Slack would refuse in these blocks of a modal. */
export function lintModal(blocks: unknown): string[] {
  const walk = start('modal');
  lint(walk, blocks, LIMITS.viewBlocks);
  return walk.problems;
}

/** What Slack would refuse in these blocks of an App Home tab. */
export function lintHome(blocks: unknown): string[] {
  const walk = start('home');
  lint(walk, blocks, LIMITS.viewBlocks);
  return walk.problems;
}

const VIEW_KEYS = ['type', 'blocks', 'private_metadata', 'callback_id', 'external_id'];
const MODAL_KEYS = [...VIEW_KEYS, 'title', 'submit', 'close', 'clear_on_close', 'notify_on_close', 'submit_disabled'];

/** What Slack would refuse in a whole view, modal or home. */
export function lintView(view: unknown): string[] {
  if (!isJson(view) || (view.type !== 'modal' && view.type !== 'home')) {
    return ['[ERROR] must be modal or home [json-pointer:/view/type]'];
  }
  const walk = start(view.type);
  const blocks = lint(walk, view.blocks, LIMITS.viewBlocks);
  unknownKeys(walk, view, '/view', view.type === 'modal' ? MODAL_KEYS : VIEW_KEYS);
  string(walk, view.callback_id, '/view/callback_id', LIMITS.id);
  string(walk, view.external_id, '/view/external_id', LIMITS.id);
  string(walk, view.private_metadata, '/view/private_metadata', LIMITS.privateMetadata);
  if (view.type === 'modal') {
    plain(walk, view.title, '/view/title', LIMITS.viewTitle);
    if (view.submit !== undefined) plain(walk, view.submit, '/view/submit', LIMITS.viewButton);
    if (view.close !== undefined) plain(walk, view.close, '/view/close', LIMITS.viewButton);
    if (view.submit === undefined && blocks.some((one) => one.type === 'input')) {
      fail(walk, '/view/submit', 'is required when the view has an input block');
    }
  }
  const size = Buffer.byteLength(JSON.stringify(view));
  if (size > LIMITS.viewTotal) fail(walk, '/view', `view_too_large: ${size} of ${LIMITS.viewTotal}`);
  return walk.problems;
}

function start(surface: Surface): Walk {
  return { surface, problems: [], blockIds: new Set(), actionIds: new Set() };
}

function lint(walk: Walk, blocks: unknown, max: number): Json[] {
  const all = objects(walk, blocks, '/blocks', [0, max]);
  for (const [index, one] of all.entries()) block(walk, one, `/blocks/${index}`);
  return all;
}
