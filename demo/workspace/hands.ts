import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { applyAnswer, tell } from './answers.ts';
import type { Delivery } from './delivery.ts';
import { channelAt, type Desk, personAt } from './desk.ts';
import { placedElements } from './elements.ts';
import { APP, isJson, type Message } from './model.ts';
import { eventPayload, type Gesture, messageActionPayload, slashPayload, viewActionPayload } from './payloads.ts';
import { ApiRefusal } from './refusal.ts';
import type { ReplyTo } from './tickets.ts';

/** `text` is what follows the command. */
export const Slash = z.object({ user: z.string(), channel: z.string(), text: z.string().max(8000) });
export type Slash = z.infer<typeof Slash>;

/** Sends the slash command and shows what the app answered. */
export async function slash(desk: Desk, { user, channel: where, text }: Slash): Promise<Delivery> {
  const person = personAt(desk, user);
  const channel = channelAt(desk, where);
  const to: ReplyTo = { channel: channel.id, user: person.id, original: null, threadTs: null };
  const tickets = { triggerId: desk.triggers.give(person.id), responseUrl: desk.responseUrls.give(to) };
  const payload = slashPayload(person, channel, text, tickets);
  const delivery = await desk.send({ type: 'slash_commands', payload });
  if (delivery.error !== null) {
    tell(desk.state, to, `${APP.command} failed with the error "${delivery.error}".`);
    return delivery;
  }
  const answer = isJson(delivery.body) ? delivery.body : { text: String(delivery.body) };
  if (answer.text || answer.blocks) {
    try {
      applyAnswer(desk.state, to, answer);
    } catch (error) {
      if (!(error instanceof ApiRefusal)) throw error;
      tell(desk.state, to, `${APP.command} failed with the error "${error.code}".`);
    }
  }
  return delivery;
}

export const Click = z.object({
  user: z.string(),
  actionId: z.string(),
  /** The message by its ts, or by the `key` in its metadata; or a view. */
  messageTs: z.string().optional(),
  key: z.string().optional(),
  viewId: z.string().optional(),
  /** Tells apart several buttons with one action_id. */
  value: z.string().optional(),
  /** The option picked in a menu. */
  picked: z.unknown().optional(),
  /** What other inputs beside it hold. */
  state: z.record(z.string(), z.unknown()).optional(),
});
export type Click = z.infer<typeof Click>;

/** Presses a button or picks from a menu, as a person would after any confirm dialog. */
export async function click(desk: Desk, gesture: Click): Promise<Delivery> {
  const person = personAt(desk, gesture.user);
  if (gesture.viewId !== undefined) {
    const view = desk.state.view(gesture.viewId);
    if (!view) throw new Error(`there is no view ${gesture.viewId}`);
    const made = { person, ...pressed(view.content.blocks, gesture) };
    const payload = viewActionPayload(desk.state, view, made, desk.triggers.give(person.id));
    return desk.send({ type: 'interactive', payload });
  }
  const message = messageAt(desk, gesture);
  const channel = channelAt(desk, message.channel);
  const to = { channel: channel.id, user: person.id, original: message.ts, threadTs: message.threadTs };
  const tickets = { triggerId: desk.triggers.give(person.id), responseUrl: desk.responseUrls.give(to) };
  const made = { person, ...pressed(message.blocks, gesture) };
  return desk.send({
    type: 'interactive',
    payload: messageActionPayload(desk.state, message, channel, made, tickets),
  });
}

function pressed(blocks: Message['blocks'], gesture: Click): Omit<Gesture, 'person'> {
  const placed = placedElements(blocks).find(
    ({ element }) =>
      element.action_id === gesture.actionId && (gesture.value === undefined || element.value === gesture.value),
  );
  if (!placed) throw new Error(`there is nothing with the action_id ${gesture.actionId} to press`);
  return { placed, picked: gesture.picked, values: gesture.state ?? {} };
}

function messageAt(desk: Desk, { messageTs, key }: Click): Message {
  const message = desk.state.all().find((one) => (key === undefined ? one.ts === messageTs : keyOf(one) === key));
  if (!message) throw new Error(`there is no message ${key ?? messageTs}`);
  return message;
}

/** The outbox key that the app wrote into the metadata. */
export function keyOf({ metadata }: Message): unknown {
  return isJson(metadata?.event_payload) ? metadata.event_payload.key : undefined;
}

/** Opens the app's Home tab; the event is sent once more when it is not acknowledged. */
export async function openHome(desk: Desk, user: string): Promise<Delivery> {
  const person = personAt(desk, user);
  const channel = desk.state.direct(person.id).id;
  const event = { type: 'app_home_opened', user: person.id, channel, tab: 'home' };
  const payload = eventPayload(desk.state, event, `Ev${randomUUID().slice(0, 8).toUpperCase()}`);
  const first = await desk.send({ type: 'events_api', payload });
  return first.error === null ? first : desk.send({ type: 'events_api', payload, retry: 1 });
}

export const Words = Slash.extend({ threadTs: z.string().optional() });
export type Words = z.infer<typeof Words>;

/** A person writes a plain message. */
export function say(desk: Desk, words: Words): Message {
  const person = personAt(desk, words.user);
  return desk.state.add({
    channel: channelAt(desk, words.channel).id,
    user: person.id,
    text: words.text,
    blocks: [],
    metadata: null,
    threadTs: words.threadTs ?? null,
    ephemeralTo: null,
  });
}
