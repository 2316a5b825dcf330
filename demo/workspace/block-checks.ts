import { LIMITS } from '../../src/slack/blocks/limits.ts';
import { lintMessage, lintView } from '../../src/slack/blocks/lint.ts';
import type { Json, View } from './model.ts';
import { ApiRefusal, mistakes } from './refusal.ts';
import { withBlockIds } from './state.ts';

/** Blocks of a message as Slack would store them, or its refusal. Our own tighter size budget is not Slack's. */
export function checkedMessageBlocks(blocks: readonly Json[]): Json[] {
  if (blocks.length > LIMITS.messageBlocks) throw new ApiRefusal('msg_blocks_too_many');
  const size = JSON.stringify(blocks).length;
  if (size > LIMITS.messageTotal) throw new ApiRefusal('msg_blocks_too_long');
  const wrong = lintMessage(blocks).filter((one) => !one.includes('msg_blocks_too_long'));
  if (wrong.length > 0) throw mistakes('invalid_blocks', wrong);
  return withBlockIds(blocks);
}

/** A view as Slack would store it, or its refusal. */
export function checkedView(view: Json, type: 'modal' | 'home'): View['content'] {
  if (view.type !== type) {
    throw mistakes('invalid_arguments', [`[ERROR] must be ${type} [json-pointer:/view/type]`]);
  }
  if (Buffer.byteLength(JSON.stringify(view)) > LIMITS.viewTotal) throw new ApiRefusal('view_too_large');
  const wrong = lintView(view);
  if (wrong.length > 0) throw mistakes('invalid_arguments', wrong);
  return { ...view, type, blocks: withBlockIds(view.blocks as Json[]) };
}
