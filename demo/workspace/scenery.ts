import { APP, type Channel, type Json, type Message, TEAM } from './model.ts';
import type { Change, State } from './state.ts';
import { wireChannel, wireMessage, wireView } from './wire.ts';

/** Everything that one person's page shows when it is opened. */
export function sceneOf(state: State, user: string, completions: readonly object[]): Json {
  const { users, usergroups } = state.directory;
  return {
    team: TEAM,
    app: APP,
    users,
    usergroups,
    completions,
    channels: channelsOf(state, user).map((channel) => ({
      ...wireChannel(channel),
      topic: channel.topic,
      members: channel.members,
    })),
    messages: state
      .all()
      .filter((message) => sees(state, user, message))
      .map((message) => shown(state, message)),
    views: state.stack(user).map((view) => wireView(view)),
    home: homeOf(state, user),
  };
}

/** A change as a person's page hears it; undefined when it is none of their business. */
export function newsFor(state: State, user: string, change: Change): Json | undefined {
  switch (change.kind) {
    case 'message':
      return sees(state, user, change.message) ? { kind: 'message', message: shown(state, change.message) } : undefined;
    case 'deleted':
      return { kind: 'deleted', channel: change.channel, ts: change.ts };
    case 'views':
      return change.to === user ? { kind: 'views', views: state.stack(user).map((view) => wireView(view)) } : undefined;
    case 'home':
      return change.to === user ? { kind: 'home', home: homeOf(state, user) } : undefined;
    case 'channels':
      return { kind: 'reload' };
    default:
      return change satisfies never;
  }
}

function shown(state: State, message: Message): Json {
  return { ...wireMessage(state, message), channel: message.channel, ephemeral: message.ephemeralTo !== null };
}

function sees(state: State, user: string, message: Message): boolean {
  if (message.ephemeralTo !== null) return message.ephemeralTo === user;
  return state.channels.get(message.channel)?.members.includes(user) ?? false;
}

function channelsOf(state: State, user: string): Channel[] {
  return [...state.channels.values()].filter((channel) => channel.members.includes(user));
}

function homeOf(state: State, user: string): Json | null {
  const home = state.homes.get(user);
  return home ? wireView(home) : null;
}
