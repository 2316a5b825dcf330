import { filled, type Placed, stateValues, type Values } from './elements.ts';
import { APP, type Channel, type Json, type Message, type Person, TEAM, type View } from './model.ts';
import type { State } from './state.ts';
import { wireMessage, wireView } from './wire.ts';

/** Deprecated, and still in every payload. */
const VERIFICATION_TOKEN = 'not-used-anymore';

const BASE = {
  token: VERIFICATION_TOKEN,
  api_app_id: APP.id,
  team: { id: TEAM.id, domain: TEAM.domain },
  enterprise: null,
  is_enterprise_install: false,
};

export interface Tickets {
  triggerId: string;
  responseUrl: string;
}

export function slashPayload(person: Person, channel: Channel, text: string, tickets: Tickets): Json {
  return {
    token: VERIFICATION_TOKEN,
    api_app_id: APP.id,
    team_id: TEAM.id,
    team_domain: TEAM.domain,
    channel_id: channel.id,
    channel_name: channel.name,
    user_id: person.id,
    user_name: person.name,
    command: APP.command,
    text,
    response_url: tickets.responseUrl,
    trigger_id: tickets.triggerId,
    is_enterprise_install: 'false',
  };
}

export interface Gesture {
  person: Person;
  placed: Placed;
  /** The option picked, or the text typed; undefined for a button. */
  picked: unknown;
  /** What the other inputs beside it hold. */
  values: Values;
}

export function messageActionPayload(
  state: State,
  message: Message,
  channel: Channel,
  gesture: Gesture,
  tickets: Tickets,
): Json {
  return {
    type: 'block_actions',
    ...BASE,
    user: wireUser(gesture.person),
    trigger_id: tickets.triggerId,
    response_url: tickets.responseUrl,
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: message.ephemeralTo !== null,
      ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    },
    channel: { id: channel.id, name: channel.name },
    ...(message.ephemeralTo === null ? { message: wireMessage(state, message) } : {}),
    state: { values: stateValues(message.blocks, gesture.values) },
    actions: [action(gesture, state.nextTs())],
  };
}

export function viewActionPayload(state: State, view: View, gesture: Gesture, triggerId: string): Json {
  const values = stateValues(view.content.blocks, gesture.values);
  return {
    type: 'block_actions',
    ...BASE,
    user: wireUser(gesture.person),
    trigger_id: triggerId,
    container: { type: 'view', view_id: view.id },
    view: wireView(view, values),
    actions: [action(gesture, state.nextTs())],
  };
}

export function submissionPayload(view: View, person: Person, values: Json, triggerId: string): Json {
  return {
    type: 'view_submission',
    ...BASE,
    user: wireUser(person),
    trigger_id: triggerId,
    view: wireView(view, values),
    response_urls: [],
  };
}

export function closedPayload(view: View, person: Person, isCleared: boolean): Json {
  return { type: 'view_closed', ...BASE, user: wireUser(person), view: wireView(view), is_cleared: isCleared };
}

export function eventPayload(state: State, event: Json, id: string): Json {
  return {
    token: VERIFICATION_TOKEN,
    team_id: TEAM.id,
    api_app_id: APP.id,
    type: 'event_callback',
    event: { ...event, event_ts: state.nextTs() },
    event_id: id,
    event_time: Math.floor(state.now() / 1000),
    authorizations: [
      { enterprise_id: null, team_id: TEAM.id, user_id: APP.userId, is_bot: true, is_enterprise_install: false },
    ],
  };
}

function wireUser({ id, name }: Person): Json {
  return { id, username: name, name, team_id: TEAM.id };
}

function action({ placed, picked }: Gesture, at: string): Json {
  const { element, blockId } = placed;
  const base = { action_id: element.action_id, block_id: blockId, action_ts: at };
  if (element.type !== 'button') return { ...base, ...filled(element, picked) };
  const { text, value, style, confirm, url } = element;
  return JSON.parse(JSON.stringify({ ...base, type: 'button', text, value, style, confirm, url })) as Json;
}
