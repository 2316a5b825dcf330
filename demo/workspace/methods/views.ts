import { randomBytes } from 'node:crypto';
import { checkedView } from '../block-checks.ts';
import type { Json, View } from '../model.ts';
import { ApiRefusal } from '../refusal.ts';
import { newId, type State } from '../state.ts';
import { wireView } from '../wire.ts';
import type { Call, Methods } from './method.ts';

const STACK_MAX = 3;

export const views: Methods = {
  'views.open'({ state, args, triggers }) {
    const content = modal(args);
    const user = triggers.use(args.required('trigger_id'));
    return { view: wireView(openView(state, user, content)) };
  },

  'views.push'({ state, args, triggers }) {
    const content = modal(args);
    const user = triggers.use(args.required('trigger_id'));
    return { view: wireView(pushView(state, user, content)) };
  },

  'views.update'({ state, args }) {
    const id = args.text('view_id');
    const external = args.text('external_id');
    if (id === undefined && external === undefined) args.required('view_id');
    const view = id === undefined ? state.viewByExternalId(external ?? '') : state.view(id);
    if (view?.content.type !== 'modal') throw new ApiRefusal('not_found');
    sameHash(args, view);
    replaceView(state, view, modal(args));
    return { view: wireView(view) };
  },

  'views.publish'({ state, args }) {
    const user = args.required('user_id');
    if (!state.directory.users.some((person) => person.id === user)) throw new ApiRefusal('user_not_found');
    const content = checkedView(given(args), 'home');
    const before = state.homes.get(user);
    if (before) sameHash(args, before);
    const id = before?.id ?? newId('V');
    const view = { id, user, hash: newHash(), rootId: id, previousId: null, content };
    state.homes.set(user, view);
    state.changed({ kind: 'home', to: user });
    return { view: wireView(view) };
  },
};

/** Shows a modal to a person in the place of any that is open. */
function openView(state: State, user: string, content: View['content']): View {
  return stackView(state, user, content, []);
}

export function pushView(state: State, user: string, content: View['content']): View {
  const below = state.stack(user);
  if (below.length === 0) throw new ApiRefusal('not_found');
  if (below.length >= STACK_MAX) throw new ApiRefusal('push_limit_reached');
  return stackView(state, user, content, below);
}

export function replaceView(state: State, view: View, content: View['content']): void {
  view.content = content;
  view.hash = newHash();
  state.changed({ kind: 'views', to: view.user });
}

function stackView(state: State, user: string, content: View['content'], below: readonly View[]): View {
  const id = newId('V');
  const previous = below.at(-1);
  const view: View = {
    id,
    user,
    hash: newHash(),
    rootId: previous?.rootId ?? id,
    previousId: previous?.id ?? null,
    content,
  };
  state.setStack(user, [...below, view]);
  return view;
}

function modal(args: Call['args']): View['content'] {
  return checkedView(given(args), 'modal');
}

function given(args: Call['args']): Json {
  args.required('view');
  return args.object('view', new ApiRefusal('invalid_arguments')) ?? {};
}

function sameHash(args: Call['args'], view: View): void {
  const hash = args.text('hash');
  if (hash !== undefined && hash !== view.hash) throw new ApiRefusal('hash_conflict');
}

function newHash(): string {
  return `${Math.floor(Date.now() / 1000)}.${randomBytes(4).toString('hex')}`;
}
