import type { Args } from '../args.ts';
import { APP, type Channel, type Json, type Message } from '../model.ts';
import { ApiRefusal } from '../refusal.ts';
import type { State } from '../state.ts';
import { wireChannel, wireMessage } from '../wire.ts';
import { findChannel, type Methods } from './method.ts';

const PAGE = 100;
const PAGE_MAX = 999;

export const conversations: Methods = {
  'conversations.info': ({ state, args }) => ({ channel: wireChannel(findChannel(state, args.required('channel'))) }),

  'conversations.history'({ state, args }) {
    const channel = readable(state, args.required('channel'));
    return page(state, args, between(args, state.roots(channel.id)).reverse());
  },

  'conversations.replies'({ state, args }) {
    const channel = readable(state, args.required('channel'));
    const ts = args.required('ts');
    const root = state.find(channel.id, ts);
    if (!root) throw new ApiRefusal('thread_not_found');
    return page(state, args, between(args, state.thread(channel.id, root.threadTs ?? ts)));
  },

  'conversations.members'({ state, args }) {
    const channel = findChannel(state, args.required('channel'));
    return { members: channel.members, response_metadata: { next_cursor: '' } };
  },

  'conversations.open'({ state, args }) {
    const user = args.required('users');
    if (user.includes(',')) throw new ApiRefusal('method_not_supported_for_channel_type');
    if (!state.directory.users.some((person) => person.id === user)) throw new ApiRefusal('user_not_found');
    return { channel: wireChannel(state.direct(user)) };
  },

  'reactions.add'({ state, args }) {
    const message = state.find(args.required('channel'), args.required('timestamp'));
    if (!message) throw new ApiRefusal('message_not_found');
    const name = args.required('name');
    const reaction = message.reactions.find((one) => one.name === name);
    if (reaction?.users.includes(APP.userId)) throw new ApiRefusal('already_reacted');
    if (reaction) reaction.users.push(APP.userId);
    else message.reactions.push({ name, users: [APP.userId] });
    state.changed({ kind: 'message', message });
    return {};
  },
};

function readable(state: State, wanted: string): Channel {
  const channel = findChannel(state, wanted);
  if (!channel.members.includes(APP.userId)) throw new ApiRefusal('not_in_channel');
  return channel;
}

function between(args: Args, messages: readonly Message[]): Message[] {
  const oldest = args.number('oldest') ?? 0;
  const latest = args.number('latest') ?? Number.POSITIVE_INFINITY;
  const inclusive = args.flag('inclusive');
  return messages.filter(({ ts, ephemeralTo }) => {
    const at = Number(ts);
    return ephemeralTo === null && (inclusive ? at >= oldest && at <= latest : at > oldest && at < latest);
  });
}

function page(state: State, args: Args, messages: readonly Message[]): Json {
  const from = Number(args.text('cursor') ?? 0);
  const size = Math.min(args.number('limit') ?? PAGE, PAGE_MAX);
  const more = from + size < messages.length;
  const metadata = args.flag('include_all_metadata');
  return {
    messages: messages.slice(from, from + size).map((message) => wireMessage(state, message, { metadata })),
    has_more: more,
    response_metadata: { next_cursor: more ? String(from + size) : '' },
  };
}
