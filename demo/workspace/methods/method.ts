import type { Args } from '../args.ts';
import { APP, type Channel, type Json } from '../model.ts';
import { ApiRefusal } from '../refusal.ts';
import type { State } from '../state.ts';
import type { Triggers } from '../tickets.ts';

export interface Call {
  state: State;
  args: Args;
  triggers: Triggers;
  /** Address of the workspace. */
  url: string;
}

/** Web API methods by name; the answer is completed with `ok: true`, an ApiRefusal becomes `ok: false`. */
export type Methods = Readonly<Record<string, (call: Call) => Json>>;

/** By id, `#name` or name; a person's id opens the direct messages. */
export function findChannel(state: State, wanted: string): Channel {
  const name = wanted.replace(/^#/, '');
  const found = state.channels.get(wanted) ?? [...state.channels.values()].find((channel) => channel.name === name);
  if (found) return found;
  if (state.directory.users.some((person) => person.id === wanted)) return state.direct(wanted);
  throw new ApiRefusal('channel_not_found');
}

export function channelToPost(state: State, wanted: string): Channel {
  const channel = findChannel(state, wanted);
  if (channel.archived) throw new ApiRefusal('is_archived');
  if (!channel.members.includes(APP.userId)) throw new ApiRefusal('not_in_channel');
  return channel;
}
