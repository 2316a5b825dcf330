import { checkedMessageBlocks } from './block-checks.ts';
import { APP, isJson, type Json, textOf } from './model.ts';
import { ApiRefusal } from './refusal.ts';
import type { State } from './state.ts';
import type { ReplyTo } from './tickets.ts';

/** Does what an app asked for in the answer to a slash command or through a response_url. Throws an ApiRefusal. */
export function applyAnswer(state: State, to: ReplyTo, answer: Json): void {
  const original = to.original === null ? undefined : state.find(to.channel, to.original);
  if (answer.delete_original === true) {
    if (original) state.remove(original);
    return;
  }
  const text = textOf(answer.text) ?? '';
  const blocks = checkedMessageBlocks(Array.isArray(answer.blocks) ? answer.blocks.filter(isJson) : []);
  if (text === '' && blocks.length === 0) throw new ApiRefusal('no_text');
  if (answer.replace_original === true && original) {
    original.text = text;
    original.blocks = blocks;
    original.edited = state.nextTs();
    state.changed({ kind: 'message', message: original });
    return;
  }
  const inChannel = answer.response_type === 'in_channel';
  state.add({
    channel: to.channel,
    user: APP.userId,
    text,
    blocks,
    metadata: null,
    threadTs: textOf(answer.thread_ts) ?? to.threadTs,
    ephemeralTo: inChannel ? null : to.user,
  });
}

/** What the client itself tells a person, seen by nobody else. */
export function tell(state: State, to: ReplyTo, text: string): void {
  state.add({
    channel: to.channel,
    user: 'USLACKBOT',
    text,
    blocks: [],
    metadata: null,
    threadTs: to.threadTs,
    ephemeralTo: to.user,
  });
}
