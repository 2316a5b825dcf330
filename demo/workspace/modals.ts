import { z } from 'zod';
import { checkedView } from './block-checks.ts';
import type { Delivery } from './delivery.ts';
import { type Desk, personAt } from './desk.ts';
import { missing, stateValues } from './elements.ts';
import { pushView, replaceView } from './methods/views.ts';
import { isJson, type View } from './model.ts';
import { closedPayload, submissionPayload } from './payloads.ts';
import { ApiRefusal } from './refusal.ts';

/** `values` is what was typed, by block_id or action_id. */
export const Submit = z.object({
  viewId: z.string(),
  user: z.string(),
  values: z.record(z.string(), z.unknown()).optional(),
});
export type Submit = z.infer<typeof Submit>;

export interface Submitted {
  /** block_id -> what is wrong there; the modal stays open. */
  errors: Record<string, string>;
  /** Null when the client refused by itself. */
  delivery: Delivery | null;
}

const TROUBLE = 'We had some trouble connecting. Try again?';

/** Presses the submit button of a modal and does what the app answers. */
export async function submitView(desk: Desk, { viewId, user, values = {} }: Submit): Promise<Submitted> {
  const person = personAt(desk, user);
  const view = openViewAt(desk, viewId, person.id);
  const state = stateValues(view.content.blocks, values);
  const unfilled = missing(view.content.blocks, state);
  if (Object.keys(unfilled).length > 0) return { errors: unfilled, delivery: null };
  const payload = submissionPayload(view, person, state, desk.triggers.give(person.id));
  const delivery = await desk.send({ type: 'interactive', payload });
  if (delivery.error !== null) return { errors: { '': TROUBLE }, delivery };
  try {
    return { errors: respond(desk, view, delivery.body), delivery };
  } catch (error) {
    if (error instanceof ApiRefusal) return { errors: { '': `${TROUBLE} (${error.code})` }, delivery };
    throw error;
  }
}

function respond(desk: Desk, view: View, body: unknown): Record<string, string> {
  const answer = isJson(body) ? body : {};
  const { state } = desk;
  switch (answer.response_action) {
    case undefined:
      state.setStack(view.user, state.stack(view.user).slice(0, -1));
      return {};
    case 'clear':
      state.setStack(view.user, []);
      return {};
    case 'errors':
      return shownErrors(view, answer.errors);
    case 'update':
      replaceView(state, view, checkedView(isJson(answer.view) ? answer.view : {}, 'modal'));
      return {};
    case 'push':
      pushView(state, view.user, checkedView(isJson(answer.view) ? answer.view : {}, 'modal'));
      return {};
    default:
      throw new ApiRefusal('invalid_response_action');
  }
}

/** Errors can only stand at input blocks of the view. */
function shownErrors(view: View, errors: unknown): Record<string, string> {
  const inputs = view.content.blocks.filter((block) => block.type === 'input').map((block) => block.block_id);
  const entries = isJson(errors) ? Object.entries(errors) : [];
  if (entries.length === 0 || entries.some(([id, text]) => !inputs.includes(id) || typeof text !== 'string')) {
    throw new ApiRefusal('invalid_errors');
  }
  return Object.fromEntries(entries) as Record<string, string>;
}

export const Close = z.object({ viewId: z.string(), user: z.string(), all: z.boolean().optional() });
export type Close = z.infer<typeof Close>;

/** Closes the modal on top, or all with `all`; the app hears of it only where it asked to. */
export async function closeView(desk: Desk, close: Close): Promise<void> {
  const person = personAt(desk, close.user);
  const view = openViewAt(desk, close.viewId, person.id);
  const all = close.all === true || view.content.clear_on_close === true;
  const gone = all ? [...desk.state.stack(person.id)].reverse() : [view];
  desk.state.setStack(person.id, all ? [] : desk.state.stack(person.id).slice(0, -1));
  for (const one of gone) {
    if (one.content.notify_on_close !== true) continue;
    await desk.send({ type: 'interactive', payload: closedPayload(one, person, all) });
  }
}

function openViewAt(desk: Desk, id: string, user: string): View {
  const top = desk.state.stack(user).at(-1);
  if (top?.id !== id) throw new Error(`the view ${id} is not on top of what ${user} sees`);
  return top;
}
