import { APP, type Channel, type Json, type Message, TEAM, type View } from './model.ts';
import type { State } from './state.ts';

/** A message as the Web API shows it. */
export function wireMessage(state: State, message: Message, options: { metadata?: boolean } = {}): Json {
  const replies = message.threadTs === null ? state.thread(message.channel, message.ts).slice(1) : [];
  const last = replies.at(-1);
  return {
    type: 'message',
    user: message.user,
    ...(message.user === APP.userId ? { bot_id: APP.botId, app_id: APP.id } : {}),
    team: TEAM.id,
    ts: message.ts,
    text: message.text,
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    ...(last === undefined ? {} : { thread_ts: message.ts, reply_count: replies.length, latest_reply: last.ts }),
    ...(message.edited === null ? {} : { edited: { user: message.user, ts: message.edited } }),
    ...(message.reactions.length > 0
      ? { reactions: message.reactions.map((one) => ({ ...one, count: one.users.length })) }
      : {}),
    ...(options.metadata && message.metadata ? { metadata: message.metadata } : {}),
  };
}

/** A view as the Web API and the payloads show it. */
export function wireView(view: View, values: Json = {}): Json {
  return {
    private_metadata: '',
    callback_id: '',
    title: null,
    close: null,
    submit: null,
    clear_on_close: false,
    notify_on_close: false,
    external_id: '',
    ...view.content,
    id: view.id,
    team_id: TEAM.id,
    app_id: APP.id,
    bot_id: APP.botId,
    hash: view.hash,
    root_view_id: view.rootId,
    previous_view_id: view.previousId,
    state: { values },
  };
}

export function wireChannel(channel: Channel): Json {
  const direct = channel.id.startsWith('D');
  return {
    id: channel.id,
    ...(direct ? { user: channel.name } : { name: channel.name, name_normalized: channel.name }),
    is_channel: !direct,
    is_im: direct,
    is_private: direct,
    is_archived: channel.archived === true,
    is_member: channel.members.includes(APP.userId),
    topic: { value: channel.topic, creator: '', last_set: 0 },
    num_members: channel.members.length,
  };
}
