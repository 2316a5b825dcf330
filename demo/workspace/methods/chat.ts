import { checkedMessageBlocks } from '../block-checks.ts';
import { APP, isJson, type Json, type Message } from '../model.ts';
import { ApiRefusal } from '../refusal.ts';
import { wireMessage } from '../wire.ts';
import { channelToPost, type Methods } from './method.ts';

/** chat.postMessage cuts longer texts; chat.update refuses them. */
const POST_TEXT_MAX = 40_000;
const UPDATE_TEXT_MAX = 4000;
/** Undocumented; ours stays far below. */
const METADATA_MAX = 8000;

const invalidBlocks = new ApiRefusal('invalid_blocks_format');
const invalidMetadata = new ApiRefusal('invalid_metadata_format');

export const chat: Methods = {
  'chat.postMessage'({ state, args }) {
    const channel = channelToPost(state, args.required('channel'));
    const blocks = checkedMessageBlocks(args.objects('blocks', invalidBlocks) ?? []);
    const text = (args.text('text') ?? '').slice(0, POST_TEXT_MAX);
    if (text === '' && blocks.length === 0) throw new ApiRefusal('no_text');
    const threadTs = args.text('thread_ts') ?? null;
    const parent = threadTs === null ? undefined : state.find(channel.id, threadTs);
    if (threadTs !== null && !parent) throw new ApiRefusal('thread_not_found');
    const metadata = checkedMetadata(args.object('metadata', invalidMetadata));
    const message = state.add({
      channel: channel.id,
      user: APP.userId,
      text,
      blocks,
      metadata: metadata ?? null,
      threadTs: parent?.threadTs ?? threadTs,
      ephemeralTo: null,
    });
    return { channel: channel.id, ts: message.ts, message: wireMessage(state, message) };
  },

  'chat.update'({ state, args }) {
    const message = ownMessage(state.find(args.required('channel'), args.required('ts')), 'cant_update_message');
    const given = args.objects('blocks', invalidBlocks);
    const text = args.text('text');
    if (text === undefined && given === undefined) throw new ApiRefusal('no_text');
    if ((text ?? '').length > UPDATE_TEXT_MAX) throw new ApiRefusal('msg_too_long');
    const blocks = given === undefined ? undefined : checkedMessageBlocks(given);
    const metadata = checkedMetadata(args.object('metadata', invalidMetadata));
    if (text !== undefined) message.text = text;
    if (blocks !== undefined) message.blocks = blocks;
    if (metadata !== undefined) message.metadata = Object.keys(metadata).length === 0 ? null : metadata;
    message.edited = state.nextTs();
    state.changed({ kind: 'message', message });
    return { channel: message.channel, ts: message.ts, text: message.text, message: wireMessage(state, message) };
  },

  'chat.delete'({ state, args }) {
    const message = ownMessage(state.find(args.required('channel'), args.required('ts')), 'cant_delete_message');
    state.remove(message);
    return { channel: message.channel, ts: message.ts };
  },

  'chat.postEphemeral'({ state, args }) {
    const channel = channelToPost(state, args.required('channel'));
    const user = args.required('user');
    if (!channel.members.includes(user)) throw new ApiRefusal('user_not_in_channel');
    const blocks = checkedMessageBlocks(args.objects('blocks', invalidBlocks) ?? []);
    const text = args.text('text') ?? '';
    if (text === '' && blocks.length === 0) throw new ApiRefusal('no_text');
    const threadTs = args.text('thread_ts') ?? null;
    const message = state.add({
      channel: channel.id,
      user: APP.userId,
      text,
      blocks,
      metadata: null,
      threadTs,
      ephemeralTo: user,
    });
    return { message_ts: message.ts };
  },

  'chat.getPermalink'({ state, args, url }) {
    const channel = args.required('channel');
    const message = state.find(channel, args.required('message_ts'));
    if (!message) throw new ApiRefusal('message_not_found');
    const thread = message.threadTs === null ? '' : `?thread_ts=${message.threadTs}&cid=${channel}`;
    return { channel, permalink: `${url}/archives/${channel}/p${message.ts.replace('.', '')}${thread}` };
  },
};

/** An ephemeral message cannot be found by the Web API, as in Slack. */
function ownMessage(message: Message | undefined, otherwise: string): Message {
  if (!message || message.ephemeralTo !== null) throw new ApiRefusal('message_not_found');
  if (message.user !== APP.userId) throw new ApiRefusal(otherwise);
  return message;
}

function checkedMetadata(metadata: Json | undefined): Json | undefined {
  if (metadata === undefined || Object.keys(metadata).length === 0) return metadata;
  if (typeof metadata.event_type !== 'string' || !isJson(metadata.event_payload)) throw invalidMetadata;
  if (JSON.stringify(metadata).length > METADATA_MAX) throw new ApiRefusal('metadata_too_large');
  return metadata;
}
