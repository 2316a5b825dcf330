import { drawBlocks } from './blocks.js';
import { makeComposer } from './composer.js';
import { h, swap } from './dom.js';
import { drawFleet, takeSight } from './fleet.js';
import { drawLog, makeLog } from './log.js';
import { drawMessage } from './messages.js';
import { drawModal } from './modal.js';
import { ask, listen, sceneFor } from './server.js';
import { drawSidebar } from './sidebar.js';
import { dropMessage, markSeen, repliesOf, rootOf, rootsOf, store, takeMessage, takeScene } from './store.js';

const channelPane = document.getElementById('channel');
const threadPane = document.getElementById('thread');
const { log, pill } = makeLog('Messages');
const { log: threadLog, pill: threadPill } = makeLog('Thread messages');
const channelHead = h('header', { class: 'pane-head' });
const composer = makeComposer({
  label: 'Message, or / for commands',
  commands: true,
  target: () => ({ channel: store.place }),
});
const reply = makeComposer({
  label: 'Reply in thread',
  commands: false,
  target: () => ({ channel: store.place, threadTs: store.thread }),
});
channelPane.append(channelHead, log, pill, composer);
threadPane.append(
  h(
    'header',
    { class: 'pane-head' },
    h('h1', {}, 'Thread'),
    h('button', { type: 'button', class: 'close', 'aria-label': 'Close thread', onclick: () => openThread(null) }, '✕'),
  ),
  threadLog,
  threadPill,
  reply,
);

let stopListening = () => undefined;

async function become(user) {
  stopListening();
  store.me = user;
  sessionStorage.setItem('me', user);
  stopListening = listen(user, refresh, hear, () => {
    store.connected = false;
    sidebar();
  });
}

async function refresh() {
  const first = store.place === '';
  takeScene(await sceneFor(store.me));
  store.connected = true;
  if (first) {
    store.place = [...store.channels.keys()][0];
    for (const root of rootsOf(store.place)) markSeen(root.ts, repliesOf(store.place, root.ts));
    openPermalink();
  }
  if (store.place === 'home') await ask('home', { user: store.me });
  drawAll();
}

/** An address as chat.getPermalink gives it: the thread of that message. */
function openPermalink() {
  const [, channel, digits] = /^\/archives\/(\w+)\/p(\d{7,})$/.exec(location.pathname) ?? [];
  const message = digits && store.messages.get(`${channel} ${digits.slice(0, -6)}.${digits.slice(-6)}`);
  if (!message) return;
  store.place = channel;
  store.thread = rootOf(message);
}

function hear(news) {
  if (news.kind === 'message') {
    takeMessage(news.message);
    follow(news.message);
    drawPlace();
  } else if (news.kind === 'deleted') {
    dropMessage(news);
    drawPlace();
  } else if (news.kind === 'views') {
    store.views = news.views;
    drawModal();
  } else if (news.kind === 'home') {
    store.home = news.home;
    if (store.place === 'home') drawPlace();
  } else if (news.kind === 'fleet') {
    takeSight(news.sight);
    drawFleet();
  } else if (news.kind === 'reload') void refresh();
}

/** Opens the thread of a new incident by itself when no thread is open, so that a newcomer sees it happen. */
function follow(message) {
  const root = rootOf(message);
  if (message.ephemeral || message.channel !== store.place || root === message.ts || store.thread !== null) return;
  if (message.user === store.app.userId && Date.now() / 1000 - Number(message.ts) < 10) store.thread = root;
}

async function go(place) {
  store.place = place;
  store.thread = null;
  drawAll();
  if (place === 'home') await ask('home', { user: store.me });
}

function openThread(ts) {
  store.thread = ts;
  drawPlace();
  if (ts !== null) threadLog.focus({ preventScroll: true });
}

function sidebar() {
  drawSidebar({ go, become });
}

function drawAll() {
  drawPlace();
  drawModal();
  drawFleet();
}

function drawPlace() {
  const home = store.place === 'home';
  composer.hidden = home;
  const channel = store.channels.get(store.place);
  swap(
    channelHead,
    h('h1', {}, home ? 'redis-medic' : `# ${channel?.name ?? ''}`),
    h('span', { class: 'topic' }, home ? 'Home' : (channel?.topic ?? '')),
  );
  drawThread(home);
  if (home) drawHome();
  else drawChannel();
  sidebar();
}

function drawHome() {
  const { home, me } = store;
  const press = async (press) => {
    const delivery = await ask('click', { user: me, viewId: home.id, ...press });
    return delivery.error;
  };
  const empty = h('p', { class: 'empty' }, 'The app has not filled its Home tab yet.');
  swap(log, home ? h('div', { class: 'home' }, drawBlocks(home.blocks, { path: home.id, press })) : empty);
}

function drawChannel() {
  const messages = rootsOf(store.place);
  markSeen(store.place, messages);
  const empty = h(
    'div',
    { class: 'empty' },
    h('p', { class: 'lead' }, h('b', {}, 'All quiet. Break something.')),
    h(
      'ol',
      {},
      h('li', {}, 'Press ', h('b', {}, 'Break'), ' on the right. The servers are real, and so is the fault.'),
      h('li', {}, 'An alert arrives, and a thread opens here: what is wrong, why, and what would mend it.'),
      h(
        'li',
        {},
        'Become ',
        h('b', {}, 'Alex'),
        ' on the left, who may approve, and press ',
        h('b', {}, 'Approve'),
        '.',
      ),
    ),
    h('p', {}, 'Or ask it yourself: ', h('code', {}, `${store.app.command} diagnose prod-cache`)),
  );
  drawLog(
    log,
    store.place,
    messages.length === 0 ? [empty] : messages.map((message) => drawMessage(message, openThread)),
  );
}

function drawThread(home) {
  const root = store.messages.get(`${store.place} ${store.thread}`);
  threadPane.hidden = home || !root;
  document.body.classList.toggle('with-thread', !threadPane.hidden);
  if (threadPane.hidden) return;
  const replies = repliesOf(store.place, root.ts);
  markSeen(root.ts, replies);
  const count = h('div', { class: 'reply-count' }, `${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}`);
  const followed = drawLog(threadLog, { key: root.ts, openAt: 'start', eager: store.eager }, [
    drawMessage(root),
    count,
    ...replies.map((message) => drawMessage(message)),
  ]);
  if (followed) store.eager = false;
}

const wanted = sessionStorage.getItem('me');
const people = (await sceneFor('riley')).users;
await become(people.some((one) => one.id === wanted) ? wanted : people[0].id);
