import type {
  App,
  BlockAction,
  ButtonAction,
  RespondArguments,
  SlackCommandMiddlewareArgs,
  ViewSubmitAction,
} from '@slack/bolt';
import type { ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { SlackUserId } from '../domain/ids.ts';
import { Problem } from '../domain/problem.ts';
import type { Ports } from '../flow/ports.ts';
import { verbOf } from './blocks/buttons.ts';
import { clampMarkup, type Markup, markup } from './blocks/text.ts';
import { clicked, type Reaction } from './buttons.ts';
import { noticeModal } from './cards/modals.ts';
import type { Asked } from './commands/command.ts';
import { redis } from './commands/redis.ts';
import { troubleOf } from './errors.ts';
import { publishHome } from './home.ts';
import { inTime } from './in-time.ts';
import { submitted } from './modals.ts';
import type { Submitted } from './submitted.ts';

export interface Room {
  ports: Ports;
  client: WebClient;
  link: Asked['link'];
  /** Keeps count of what is under way, so that stopping can wait for it. */
  track: <T>(work: Promise<T>) => Promise<T>;
}

const BROKEN = 'Something broke on our side; the log has the details. Nothing was sent to a server by this.';

/** Everything that the app listens for; the manifests declare the same. */
export function addListeners(app: App, room: Room): void {
  app.command('/redis', (args) => room.track(onCommand(args, room)));
  app.action<BlockAction<ButtonAction>>({ type: 'block_actions', action_id: /^rm:/ }, async ({ ack, action, body }) => {
    await ack();
    await room.track(onClick(action, body, room));
  });
  app.view<ViewSubmitAction>({ type: 'view_submission', callback_id: /^rm:/ }, async ({ ack, body }) => {
    const work = onSubmit(body, room);
    const answer = await inTime(room.ports.clock, work);
    if (answer === undefined) {
      await ack({ response_action: 'update', view: noticeModal(waitingSentence(body)) });
      const late = await room.track(work);
      const view = late.kind === 'shown' ? late.view : noticeModal(lateSentence(late));
      await room.client.views.update({ view_id: body.view.id, view });
    } else if (answer.kind === 'errors') await ack({ response_action: 'errors', errors: answer.errors });
    else if (answer.kind === 'shown') await ack({ response_action: 'update', view: answer.view });
    else await ack({ response_action: 'clear' });
  });
  app.event('app_home_opened', async ({ event }) => {
    if (event.tab === 'home') await room.track(publishHome(room, room.client, event.user));
  });
}

function waitingSentence({ view }: ViewSubmitAction): string {
  return verbOf(view.callback_id) === 'run' ? 'Reading the servers and planning…' : 'Recording your decision…';
}

function lateSentence(late: Exclude<Submitted, { kind: 'shown' }>): string {
  return late.kind === 'closed' ? 'Your decision is recorded.' : Object.values(late.errors).join(' ');
}

/** The answer goes out with the acknowledgement; one that takes too long follows it. */
async function onCommand({ command, ack, respond }: SlackCommandMiddlewareArgs, room: Room): Promise<void> {
  const by = SlackUserId.parse(command.user_id);
  const show: Asked['show'] = (view, next) => openModal(command.trigger_id, view, room, next);
  const asked = { ports: room.ports, link: room.link, by, show };
  const work = redis(command.text ?? '', asked).then(
    (answer) => answer.text,
    (error: unknown) => markup`${apology(room, error)}`,
  );
  const answer = await inTime(room.ports.clock, work);
  await ack(ephemeral(answer ?? markup`Working on it…`));
  if (answer === undefined) await respond(ephemeral(await work));
}

function ephemeral(text: Markup) {
  return { response_type: 'ephemeral', text: clampMarkup(text.markup, 3900) } satisfies RespondArguments;
}

async function onClick(action: ButtonAction, body: BlockAction, room: Room): Promise<void> {
  const by = SlackUserId.parse(body.user.id);
  const click = { ports: room.ports, by, actionId: action.action_id, value: action.value };
  const reaction = await clicked(click).catch(
    (error: unknown): Reaction => ({ kind: 'say', sentence: apology(room, error) }),
  );
  if (reaction.kind === 'open' && !(await openModal(body.trigger_id, reaction.view, room, reaction.next))) {
    await tell('Slack did not open the dialog in time. Click once more.', body, room);
  }
  if (reaction.kind === 'say') await tell(reaction.sentence, body, room);
  if (body.view?.type === 'home') await publishHome(room, room.client, by);
}

/** False when Slack did not take it, as after its three seconds. What takes its place is not waited for. */
async function openModal(
  trigger: string,
  view: ModalView,
  room: Room,
  next?: () => Promise<ModalView>,
): Promise<boolean> {
  try {
    const opened = await room.client.views.open({ trigger_id: trigger, view });
    const id = opened.view?.id;
    if (next && id !== undefined) void room.track(replaceModal(id, next, room));
    return true;
  } catch (error) {
    room.ports.log.warn({ error: troubleOf(error).why }, 'a modal could not be opened');
    return false;
  }
}

async function replaceModal(id: string, next: () => Promise<ModalView>, room: Room): Promise<void> {
  const view = await next().catch((error: unknown) => noticeModal(apology(room, error)));
  try {
    await room.client.views.update({ view_id: id, view });
  } catch (error) {
    room.ports.log.warn({ error: troubleOf(error).why }, 'a modal could not be updated; it may be closed');
  }
}

/** Answers the one who clicked, and nobody else. */
async function tell(sentence: string, body: BlockAction, room: Room): Promise<void> {
  const text = markup`${sentence}`.markup;
  const channel = body.channel?.id;
  try {
    if (channel === undefined) {
      await room.client.views.open({ trigger_id: body.trigger_id, view: noticeModal(sentence) });
      return;
    }
    const message = body.message as { ts?: string; thread_ts?: string } | undefined;
    const thread = message?.thread_ts ?? message?.ts;
    await room.client.chat.postEphemeral({ channel, user: body.user.id, text, ...(thread && { thread_ts: thread }) });
  } catch (error) {
    room.ports.log.warn({ error: troubleOf(error).why }, 'a person could not be answered');
  }
}

function onSubmit(body: ViewSubmitAction, room: Room): Promise<Submitted> {
  const answers: Record<string, string> = {};
  for (const inputs of Object.values(body.view.state.values)) {
    for (const [id, input] of Object.entries(inputs)) answers[id] = input.value ?? input.selected_option?.value ?? '';
  }
  const by = SlackUserId.parse(body.user.id);
  const { callback_id: callbackId, private_metadata: metadata } = body.view;
  return submitted({ ports: room.ports, by, callbackId, metadata, answers }).catch(
    (error: unknown): Submitted => ({ kind: 'shown', view: noticeModal(apology(room, error)) }),
  );
}

/** A Problem is for the person; anything else is for the log. */
function apology(room: Room, error: unknown): string {
  if (error instanceof Problem) return error.message;
  room.ports.log.error({ err: error }, 'a request of Slack failed');
  return BROKEN;
}
