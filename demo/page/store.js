/** What this page knows. Everything is drawn from here. */
export const store = {
  me: '',
  people: new Map(),
  groups: new Map(),
  channels: new Map(),
  app: { userId: '', name: '', command: '' },
  completions: [],
  /** By channel and ts. */
  messages: new Map(),
  views: [],
  home: null,
  /** `home` is the app's Home tab. */
  place: '',
  /** The root's ts of the open thread. */
  thread: null,
  /** What was read: channel id or root ts -> ts of the last message seen. */
  seen: new Map(),
  /** The person pressed something here a moment ago and wants to see what comes of it. */
  eager: false,
  connected: true,
};

const keyOf = (message) => `${message.channel} ${message.ts}`;

export function takeScene(scene) {
  store.app = scene.app;
  store.people = new Map(scene.users.map((one) => [one.id, one]));
  store.groups = new Map(scene.usergroups.map((one) => [one.id, one]));
  store.channels = new Map(scene.channels.map((one) => [one.id, one]));
  store.completions = scene.completions;
  store.messages = new Map(scene.messages.map((one) => [keyOf(one), one]));
  store.views = scene.views;
  store.home = scene.home;
}

export function takeMessage(message) {
  store.messages.set(keyOf(message), message);
}

export function dropMessage(message) {
  store.messages.delete(keyOf(message));
}

const isReply = (message) => message.thread_ts !== undefined && message.thread_ts !== message.ts;
const byTime = (one, other) => Number(one.ts) - Number(other.ts);

export function rootsOf(channel) {
  return [...store.messages.values()].filter((one) => one.channel === channel && !isReply(one)).sort(byTime);
}

export function repliesOf(channel, ts) {
  return [...store.messages.values()]
    .filter((one) => one.channel === channel && isReply(one) && one.thread_ts === ts)
    .sort(byTime);
}

export function rootOf(message) {
  return isReply(message) ? message.thread_ts : message.ts;
}

/** How many of these came after what was read, others' only. */
export function unread(messages, place) {
  const seen = Number(store.seen.get(place) ?? 0);
  return messages.filter((one) => Number(one.ts) > seen && one.user !== store.me).length;
}

export function markSeen(place, messages) {
  const last = messages.at(-1);
  if (last) store.seen.set(place, last.ts);
}

/** Name, role and colour of whoever wrote something. */
export function author(id) {
  if (id === store.app.userId) return { name: store.app.name, badge: 'APP', hue: 'app', initials: '✚' };
  const person = store.people.get(id);
  if (!person) return { name: 'Workspace', badge: '', hue: 'none', initials: '·' };
  const initials = person.realName
    .split(' ')
    .map((word) => word[0])
    .join('');
  return { name: person.realName, badge: '', hue: person.name, initials };
}

export function mention(id) {
  return `@${id === store.app.userId ? store.app.name : (store.people.get(id)?.realName ?? id)}`;
}
