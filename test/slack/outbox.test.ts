import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { IncidentId, TargetName } from '../../src/domain/ids.ts';
import type { Clock, Log, OutboxMessage, Store, WantedMessage } from '../../src/flow/ports.ts';
import { makeClients } from '../../src/slack/clients.ts';
import { type Outbox, startOutbox } from '../../src/slack/outbox.ts';
import { freshStore } from '../support/databases.ts';
import { fakeSlack } from './fake-slack.ts';

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Time passes only while somebody sleeps. */
function virtualClock(): Clock {
  let now = 1_700_000_000_000;
  return {
    now: () => now,
    async sleep(ms, signal) {
      await turn();
      signal?.throwIfAborted();
      now += ms;
    },
  };
}

let store: Store;
let incident: IncidentId;
let tests = 0;
let clock: Clock;
let slack: ReturnType<typeof fakeSlack>;
let outboxes: Outbox[];
let counted: string[];

beforeAll(async () => {
  store = await freshStore();
});

afterAll(() => store.close());

beforeEach(async () => {
  tests += 1;
  incident = IncidentId.parse(`inc_${String(tests).padStart(10, '0')}`);
  clock = virtualClock();
  slack = fakeSlack(() => clock.now());
  outboxes = [];
  counted = [];
  await store.transaction((tx) =>
    tx.addIncident({
      id: incident,
      target: TargetName.parse(`target-${tests}`),
      channel: 'C1',
      state: 'open',
      openedBy: 'test',
      requestedBy: null,
      openedAt: clock.now(),
      resolvedAt: null,
      resolution: null,
      report: null,
      trouble: null,
    }),
  );
});

afterEach(async () => {
  await Promise.all(outboxes.map((outbox) => outbox.stop()));
});

function start(): Outbox {
  const access = { botToken: 'xoxb-1', apiUrl: 'http://slack.invalid/api/', fetch: slack.fetch, log: silent };
  const meter = {
    count: (_: string, labels = {}) => void counted.push(Object.values(labels).join()),
    observe() {},
    set() {},
  };
  const outbox = startOutbox({ client: makeClients(access).outbox, botId: 'B1', store, clock, log: silent, meter });
  outboxes.push(outbox);
  return outbox;
}

function want(text: string, different: Partial<WantedMessage> = {}): Promise<void> {
  const blocks = [{ type: 'section', text: { type: 'mrkdwn', text } }];
  const key = `${incident}/root`;
  const wanted = { key, incident, channel: 'C1', threadKey: null, text, blocks, urgent: false, ...different };
  return store.transaction((tx) => tx.want(wanted));
}

const card = () => `${incident}/card`;
const inThread = (): Partial<WantedMessage> => ({ key: card(), threadKey: `${incident}/root`, urgent: true });

function stored(key = `${incident}/root`): Promise<OutboxMessage | undefined> {
  return store.transaction((tx) => tx.message(key));
}

/** Waits until every message is sent or given up. */
async function settled(...keys: string[]): Promise<void> {
  for (const key of keys.length > 0 ? keys : [`${incident}/root`]) {
    await expect
      .poll(
        async () => {
          const message = await stored(key);
          return message?.state === 'failed' || (message?.state === 'idle' && message.sentRev === message.desiredRev);
        },
        { timeout: 10_000, interval: 5 },
      )
      .toBe(true);
  }
}

test('posts a root, then its replies into its thread, each once and with its key in the metadata', async () => {
  await want('root');
  await want('card', inThread());
  start();
  await settled(`${incident}/root`, card());
  expect(slack.messages.map((message) => [message.text, message.thread_ts])).toEqual([
    ['root', undefined],
    ['card', '1700000000.000001'],
  ]);
  expect(slack.messages[1]?.metadata).toEqual({
    event_type: 'redis_medic',
    event_payload: { key: card(), rev: 1 },
  });
});

test('sends the newest revision only, and edits in place', async () => {
  await want('one');
  await want('two');
  await want('three');
  const outbox = start();
  await settled();
  await want('four');
  outbox.wake();
  await settled();
  expect(slack.calls.map((call) => [call.method, call.body.text])).toEqual([
    ['chat.postMessage', 'three'],
    ['chat.update', 'four'],
  ]);
});

test.each([
  { urgent: false, least: 1500, most: 2100 },
  { urgent: true, least: 0, most: 1400 },
])('two edits of a message, urgent: $urgent, are at least $least ms apart', async ({ urgent, least, most }) => {
  await want('one', { urgent });
  const outbox = start();
  await settled();
  await want('two', { urgent });
  outbox.wake();
  await settled();
  const [post, update] = slack.calls;
  const pause = (update?.at ?? 0) - (post?.at ?? 0);
  expect(pause).toBeGreaterThanOrEqual(least);
  expect(pause).toBeLessThanOrEqual(most);
});

test('a post whose reply was lost is looked for and adopted, not posted again', async () => {
  slack.next('chat.postMessage', 'lost-reply');
  await want('root');
  start();
  await settled();
  expect(slack.called('chat.postMessage')).toHaveLength(1);
  expect(slack.called('conversations.history')[0]?.body.include_all_metadata).toBe('true');
  expect((await stored())?.ts).toBe('1700000000.000001');
});

test('a reply of a thread is looked for in the thread', async () => {
  await want('root');
  start();
  await settled();
  slack.next('chat.postMessage', 'lost-reply');
  await want('card', inThread());
  await settled(card());
  expect(slack.called('conversations.replies')[0]?.body.ts).toBe('1700000000.000001');
  expect(slack.messages).toHaveLength(2);
});

test('content that changed while a post was in doubt is edited in after it was found', async () => {
  slack.next('chat.postMessage', 'lost-reply');
  await want('old');
  start();
  await expect.poll(() => slack.called('chat.postMessage').length).toBe(1);
  await want('new');
  await settled();
  expect(slack.messages.map((message) => message.text)).toEqual(['new']);
});

test('a sender that died after posting: the next one adopts the message', async () => {
  await want('root');
  const claimed = await store.transaction((tx) => tx.nextMessage(clock.now()));
  const metadata = { event_type: 'redis_medic', event_payload: { key: claimed?.key, rev: 1 } };
  slack.messages.push({ ts: '1.1', channel: 'C1', text: 'root', blocks: [], bot_id: 'B1', metadata });
  start();
  await settled();
  expect(slack.messages).toHaveLength(1);
  expect((await stored())?.ts).toBe('1.1');
});

test('a message of another app with our key is not adopted', async () => {
  slack.next('chat.postMessage', 'no-connection');
  const metadata = { event_type: 'redis_medic', event_payload: { key: `${incident}/root`, rev: 1 } };
  slack.messages.push({ ts: '1.1', channel: 'C1', text: 'root', blocks: [], bot_id: 'BOTHER', metadata });
  await want('root');
  start();
  await settled();
  expect((await stored())?.ts).toBe('1700000000.000001');
});

test.each(['no-connection', { status: 503 }, { error: 'internal_error' }, { error: 'fatal_error' }] as const)(
  'after %j it looks twice, then posts once more',
  async (mishap) => {
    slack.next('chat.postMessage', mishap);
    await want('root');
    start();
    await settled();
    expect(slack.calls.map((call) => call.method)).toEqual([
      'chat.postMessage',
      'conversations.history',
      'conversations.history',
      'chat.postMessage',
    ]);
    expect(slack.messages).toHaveLength(1);
  },
);

test('without permission to look it posts again rather than never', async () => {
  slack.next('chat.postMessage', 'no-connection');
  slack.next('conversations.history', { error: 'missing_scope' });
  await want('root');
  start();
  await settled();
  expect(slack.messages).toHaveLength(1);
});

test('when it cannot look just now it does not post', async () => {
  slack.next('chat.postMessage', 'lost-reply');
  slack.next('conversations.history', { status: 503 });
  await want('root');
  start();
  await settled();
  expect(slack.messages).toHaveLength(1);
});

test('a 429 holds up its method for as long as Slack says, and no other', async () => {
  await want('one');
  start();
  await settled();
  slack.next('chat.update', { status: 429, retryAfter: 60 });
  await want('two');
  await expect.poll(() => slack.called('chat.update').length).toBe(1);
  await want('card', inThread());
  await settled(card(), `${incident}/root`);
  const [first, second] = slack.called('chat.update');
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(60_000);
  expect(slack.calls.map((call) => call.method)).toEqual([
    'chat.postMessage',
    'chat.update',
    'chat.postMessage',
    'chat.update',
  ]);
});

test('blocks that Slack refuses are said in classic blocks, then in text', async () => {
  const table = { type: 'table', rows: [[{ type: 'raw_text', text: 'a <!channel>' }]] };
  slack.next('chat.postMessage', { error: 'invalid_blocks' });
  await want('root', { blocks: [table] });
  start();
  await settled();
  expect(slack.messages[0]?.blocks).toEqual([
    { type: 'section', text: { type: 'mrkdwn', text: 'a &lt;!channel&gt;', verbatim: true } },
  ]);
  slack.next('chat.update', { error: 'msg_blocks_too_long' });
  slack.next('chat.update', { error: 'msg_blocks_too_long' });
  await want('text', { blocks: [table] });
  await settled();
  expect(slack.messages[0]).toMatchObject({ text: 'text', blocks: [] });
  expect(counted).toEqual(['classic', 'text']);
});

test('blocks that break a limit are not even tried', async () => {
  await want('root', { blocks: [{ type: 'alert', text: { type: 'plain_text', text: 'x' } }] });
  start();
  await settled();
  expect(slack.calls).toHaveLength(1);
});

test.each(['not_in_channel', 'channel_not_found', 'is_archived', 'some_new_error'])(
  '%s gives the message up until it says something new',
  async (error) => {
    slack.next('chat.postMessage', { error });
    await want('one');
    start();
    await settled();
    expect((await stored())?.state).toBe('failed');
    await clock.sleep(600_000);
    expect(slack.calls).toHaveLength(1);
    await want('two');
    await expect.poll(() => slack.messages.length).toBe(1);
  },
);

test('a refused token stops the sender; nothing is lost', async () => {
  slack.next('chat.postMessage', { error: 'invalid_auth' });
  await want('root');
  const outbox = start();
  await expect.poll(() => outbox.ready()).toBe(false);
  await clock.sleep(60_000);
  expect(slack.calls).toHaveLength(1);
  start();
  await settled();
  expect(slack.messages).toHaveLength(1);
});

test('a message that somebody deleted is posted afresh', async () => {
  await want('one');
  start();
  await settled();
  slack.messages.pop();
  await want('two');
  await settled();
  expect(slack.messages.map((message) => message.text)).toEqual(['two']);
  expect((await stored())?.ts).toBe('1700000000.000002');
});
