import { createServer } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ALEX, CAST, INCIDENTS_CHANNEL, RILEY } from '../../demo/cast.ts';
import { sign } from '../../demo/workspace/delivery.ts';
import type { Json } from '../../demo/workspace/model.ts';
import { startWorkspace, type Workspace } from '../../demo/workspace/workspace.ts';

let workspace: Workspace;
const closing: (() => void)[] = [];
beforeEach(async () => {
  workspace = await startWorkspace({
    ...CAST,
    channels: [
      ...CAST.channels,
      { id: 'C0PRIVATE', name: 'private', topic: '', members: [RILEY] },
      { id: 'C0OLD0000', name: 'old', topic: '', members: [RILEY], archived: true },
    ],
  });
});
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await workspace.stop();
});

const channel = INCIDENTS_CHANNEL;
const button = { type: 'button', action_id: 'rm:v1:go', value: '1', text: { type: 'plain_text', text: 'Go' } };
const withButton = [{ type: 'actions', elements: [button] }];
const modal = {
  type: 'modal',
  callback_id: 'why',
  title: { type: 'plain_text', text: 'Why' },
  submit: { type: 'plain_text', text: 'Send' },
  notify_on_close: true,
  blocks: [
    {
      type: 'input',
      block_id: 'reason',
      label: { type: 'plain_text', text: 'Reason' },
      element: { type: 'plain_text_input', action_id: 'reason', max_length: 10 },
    },
  ],
};

async function call(method: string, args: Json = {}, token = workspace.botToken): Promise<Json> {
  const res = await fetch(workspace.apiUrl + method, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${token}` },
    body: JSON.stringify(args),
  });
  return (await res.json()) as Json;
}

/** As WebClient sends it: a form with objects as JSON text. */
async function form(method: string, args: Json): Promise<Json> {
  const fields = Object.entries({ token: workspace.botToken, ...args }).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  const res = await fetch(workspace.apiUrl + method, { method: 'POST', body: new URLSearchParams(fields) });
  return (await res.json()) as Json;
}

interface Received {
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

/** An app over HTTP that answers with the given function. */
async function startApp(reply: (received: Received) => string | Promise<string>): Promise<Received[]> {
  const received: Received[] = [];
  const server = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      const one = { headers: req.headers, body: Buffer.concat(parts).toString() };
      received.push(one);
      void Promise.resolve(reply(one)).then((body) => {
        res.setHeader('content-type', body.startsWith('{') ? 'application/json' : 'text/plain');
        res.end(body);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  workspace.connectApp(`http://127.0.0.1:${port}/slack/events`, 'secret');
  return received;
}

const payloadOf = ({ body }: Received): Json => JSON.parse(new URLSearchParams(body).get('payload') ?? '{}') as Json;

test('a call without, with a wrong and with the right token', async () => {
  expect(await (await fetch(`${workspace.apiUrl}auth.test`, { method: 'POST' })).json()).toEqual({
    ok: false,
    error: 'not_authed',
  });
  expect(await call('auth.test', {}, 'xoxb-wrong')).toEqual({ ok: false, error: 'invalid_auth' });
  expect(await call('auth.test')).toMatchObject({ ok: true, bot_id: 'B0MEDIC00', user_id: 'U0MEDIC00' });
  expect(await call('files.upload')).toMatchObject({ ok: false, error: 'unknown_method' });
  expect(await call('toString')).toMatchObject({ ok: false, error: 'unknown_method' });
});

const sections = (count: number, length = 1) =>
  Array.from({ length: count }, () => ({ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(length) } }));

test.each([
  { what: 'nothing to say', args: { channel }, error: 'no_text' },
  { what: 'no such channel', args: { channel: 'C0NOWHERE', text: 'x' }, error: 'channel_not_found' },
  { what: 'a channel without the app', args: { channel: 'C0PRIVATE', text: 'x' }, error: 'not_in_channel' },
  { what: 'an archived channel', args: { channel: 'C0OLD0000', text: 'x' }, error: 'is_archived' },
  { what: 'a thread that does not exist', args: { channel, text: 'x', thread_ts: '1.2' }, error: 'thread_not_found' },
  { what: 'blocks that are no array', args: { channel, text: 'x', blocks: {} }, error: 'invalid_blocks_format' },
  { what: '51 blocks', args: { channel, text: 'x', blocks: sections(51) }, error: 'msg_blocks_too_many' },
  {
    what: 'too many characters',
    args: { channel, text: 'x', blocks: sections(5, 2900) },
    error: 'msg_blocks_too_long',
  },
  {
    what: 'an alert in a message',
    args: { channel, blocks: [{ type: 'alert', text: { type: 'plain_text', text: 'x' } }] },
    error: 'invalid_blocks',
  },
  {
    what: 'metadata without a type',
    args: { channel, text: 'x', metadata: { key: 1 } },
    error: 'invalid_metadata_format',
  },
])('chat.postMessage refuses $what with $error', async ({ args, error }) => {
  expect(await call('chat.postMessage', args)).toMatchObject({ ok: false, error });
  expect(await form('chat.postMessage', args)).toMatchObject({ ok: false, error });
  expect(workspace.messages(channel)).toEqual([]);
});

test('the size that is too long for Slack is refused, one below is not, and a text over 3000 names its place', async () => {
  expect(await call('chat.postMessage', { channel, blocks: sections(4, 3000) })).toMatchObject({ ok: true });
  expect(await call('chat.postMessage', { channel, blocks: sections(1, 3001) })).toMatchObject({
    error: 'invalid_blocks',
    response_metadata: { messages: [expect.stringContaining('[json-pointer:/blocks/0/text/text]')] },
  });
});

test('post, update, thread, permalink, history with metadata, delete', async () => {
  const metadata = { event_type: 'redis_medic', event_payload: { key: 'inc_1/root', rev: 1 } };
  const root = await form('chat.postMessage', { channel: '#redis-incidents', text: 'one', metadata });
  const ts = String(root.ts);
  const reply = await call('chat.postMessage', { channel, text: 'two', thread_ts: ts });
  expect(await call('chat.update', { channel, ts, text: 'one, edited' })).toMatchObject({ ok: true, ts });
  expect(await call('chat.update', { channel, ts, text: 'x'.repeat(4001) })).toMatchObject({ error: 'msg_too_long' });
  expect(await call('chat.update', { channel, ts: '1.2', text: 'x' })).toMatchObject({ error: 'message_not_found' });
  expect(await call('conversations.history', { channel })).toMatchObject({
    messages: [{ text: 'one, edited', reply_count: 1, bot_id: 'B0MEDIC00' }],
  });
  expect((await call('conversations.history', { channel })).messages).not.toMatchObject([{ metadata }]);
  expect(await call('conversations.history', { channel, include_all_metadata: true, oldest: '0' })).toMatchObject({
    messages: [{ metadata }],
  });
  expect(await call('conversations.history', { channel, oldest: ts })).toMatchObject({ messages: [] });
  expect(await call('conversations.replies', { channel, ts })).toMatchObject({
    messages: [{ ts }, { text: 'two', thread_ts: ts }],
  });
  const link = await call('chat.getPermalink', { channel, message_ts: String(reply.ts) });
  expect(link.permalink).toContain(`/archives/${channel}/p${String(reply.ts).replace('.', '')}?thread_ts=${ts}`);
  const said = workspace.say({ user: RILEY, channel, text: 'mine' });
  expect(await call('chat.update', { channel, ts: said.ts, text: 'x' })).toMatchObject({
    error: 'cant_update_message',
  });
  expect(await call('chat.delete', { channel, ts })).toMatchObject({ ok: true });
  expect(workspace.messages(channel)).toEqual([said]);
});

test('people, groups, direct messages and reactions', async () => {
  expect(await call('users.info', { user: ALEX })).toMatchObject({ user: { name: 'alex' } });
  expect(await call('users.info', { user: 'U0NOBODY0' })).toMatchObject({ error: 'user_not_found' });
  expect(await call('usergroups.list', { include_users: true })).toMatchObject({
    usergroups: [{ handle: 'redis-ops' }],
  });
  expect(await call('usergroups.users.list', { usergroup: 'S0REDISOP' })).toMatchObject({ users: [ALEX, 'U0SAM0000'] });
  expect(await call('usergroups.users.list', { usergroup: 'S0NOTHING' })).toMatchObject({ error: 'no_such_subteam' });
  expect(await call('conversations.open', { users: ALEX })).toMatchObject({ channel: { is_im: true, user: ALEX } });
  expect(await call('chat.postMessage', { channel: ALEX, text: 'hello' })).toMatchObject({ channel: 'D0ALEX000' });
  expect(await call('conversations.members', { channel })).toMatchObject({ members: expect.arrayContaining([RILEY]) });
  const { ts } = workspace.say({ user: RILEY, channel, text: 'x' });
  expect(await call('reactions.add', { channel, timestamp: ts, name: 'eyes' })).toEqual({ ok: true });
  expect(await call('reactions.add', { channel, timestamp: ts, name: 'eyes' })).toMatchObject({
    error: 'already_reacted',
  });
});

test('a slash command is signed, form-encoded, and its answer is shown to the one who asked', async () => {
  const received = await startApp(() => JSON.stringify({ text: 'at your service' }));
  const delivery = await workspace.slash({ user: RILEY, channel, text: 'diagnose prod-cache' });
  expect(delivery).toMatchObject({ status: 200, error: null, body: { text: 'at your service' } });
  const { headers, body } = received[0] as Received;
  expect(headers['content-type']).toBe('application/x-www-form-urlencoded');
  expect(headers['x-slack-signature']).toBe(sign('secret', String(headers['x-slack-request-timestamp']), body));
  expect(Object.fromEntries(new URLSearchParams(body))).toMatchObject({
    command: '/redis',
    text: 'diagnose prod-cache',
    user_id: RILEY,
    channel_id: channel,
  });
  expect(workspace.messages(channel)).toMatchObject([{ text: 'at your service', ephemeralTo: RILEY }]);
  const { ts } = workspace.messages(channel)[0] ?? {};
  expect(await call('chat.update', { channel, ts, text: 'x' })).toMatchObject({ error: 'message_not_found' });
});

test('an app that answers late or not at all is what the person reads', async () => {
  await startApp(() => new Promise((resolve) => setTimeout(resolve, 3300, 'late')));
  expect(await workspace.slash({ user: RILEY, channel, text: 'help' })).toMatchObject({ error: 'operation_timeout' });
  workspace.connectApp('http://127.0.0.1:1/slack/events', 'secret');
  expect(await workspace.slash({ user: RILEY, channel, text: 'help' })).toMatchObject({ error: 'dispatch_failed' });
  expect(workspace.messages(channel).map((message) => message.text)).toEqual([
    '/redis failed with the error "operation_timeout".',
    '/redis failed with the error "dispatch_failed".',
  ]);
});

test('a click carries message, action, trigger and response_url', async () => {
  const received = await startApp(() => '');
  const metadata = { event_type: 'redis_medic', event_payload: { key: 'prp_1/card' } };
  const { ts } = await call('chat.postMessage', { channel, blocks: withButton, metadata });
  await workspace.click({ user: ALEX, key: 'prp_1/card', actionId: 'rm:v1:go' });
  const payload = payloadOf(received[0] as Received);
  expect(payload).toMatchObject({
    type: 'block_actions',
    user: { id: ALEX },
    container: { type: 'message', message_ts: ts, channel_id: channel },
    actions: [{ action_id: 'rm:v1:go', value: '1', type: 'button' }],
  });
  const url = String(payload.response_url);
  const respond = (body: Json) => fetch(url, { method: 'POST', body: JSON.stringify(body) });
  expect((await respond({ text: 'only for you' })).status).toBe(200);
  expect((await respond({ text: 'for all', response_type: 'in_channel' })).status).toBe(200);
  expect((await respond({ text: 'instead', replace_original: true })).status).toBe(200);
  expect((await respond({})).status).toBe(400);
  expect((await respond({ delete_original: true })).status).toBe(200);
  expect((await respond({ text: 'a sixth' })).status).toBe(404);
  expect(workspace.messages(channel)).toMatchObject([
    { text: 'only for you', ephemeralTo: ALEX },
    { text: 'for all', ephemeralTo: null },
  ]);
  await expect(workspace.click({ user: ALEX, messageTs: String(ts), actionId: 'rm:v1:go' })).rejects.toThrow(
    'no message',
  );
});

test('a response_url dies after 30 minutes', async () => {
  const received = await startApp(() => '');
  await call('chat.postMessage', { channel, text: 'x', blocks: withButton });
  await workspace.click({ user: ALEX, messageTs: workspace.messages(channel)[0]?.ts, actionId: 'rm:v1:go' });
  workspace.advance(30 * 60_000 + 1);
  const res = await fetch(String(payloadOf(received[0] as Received).response_url), {
    method: 'POST',
    body: '{"text":"x"}',
  });
  expect(res.status).toBe(404);
});

/** Clicks a button and gives the trigger id of that click. */
async function trigger(received: Received[]): Promise<string> {
  const { ts } = await call('chat.postMessage', { channel, text: 'x', blocks: withButton });
  await workspace.click({ user: ALEX, messageTs: String(ts), actionId: 'rm:v1:go' });
  return String(payloadOf(received.at(-1) as Received).trigger_id);
}

test('a trigger id opens one view, within 3 s', async () => {
  const received = await startApp(() => '');
  const first = await trigger(received);
  expect(await call('views.open', { trigger_id: 'made-up', view: modal })).toMatchObject({
    error: 'invalid_trigger_id',
  });
  expect(await form('views.open', { trigger_id: first, view: modal })).toMatchObject({ ok: true });
  expect(await call('views.open', { trigger_id: first, view: modal })).toMatchObject({ error: 'exchanged_trigger_id' });
  const late = await trigger(received);
  workspace.advance(3001);
  expect(await call('views.open', { trigger_id: late, view: modal })).toMatchObject({ error: 'expired_trigger_id' });
});

test('a view with too long a title is refused, the trigger stays good, and the stack ends at three', async () => {
  const received = await startApp(() => '');
  const id = await trigger(received);
  const long = { ...modal, title: { type: 'plain_text', text: 'x'.repeat(25) } };
  expect(await call('views.open', { trigger_id: id, view: long })).toMatchObject({
    error: 'invalid_arguments',
    response_metadata: { messages: [expect.stringContaining('/view/title')] },
  });
  const opened = await call('views.open', { trigger_id: id, view: modal });
  const { id: viewId, hash } = opened.view as Json;
  for (const depth of [2, 3]) {
    await call('views.push', { trigger_id: await trigger(received), view: modal });
    expect(workspace.views(ALEX)).toHaveLength(depth);
  }
  const fourth = await call('views.push', { trigger_id: await trigger(received), view: modal });
  expect(fourth).toMatchObject({ error: 'push_limit_reached' });
  expect(await call('views.update', { view_id: viewId, hash: 'old', view: modal })).toMatchObject({
    error: 'hash_conflict',
  });
  expect(await call('views.update', { view_id: viewId, hash, view: modal })).toMatchObject({ ok: true });
  expect(await call('views.update', { view_id: 'V0', view: modal })).toMatchObject({ error: 'not_found' });
});

test('a modal: refused by the client, refused by the app, updated, then closed', async () => {
  const answers = [
    { response_action: 'errors', errors: { reason: 'Say more.' } },
    { response_action: 'update', view: { ...modal, callback_id: 'second' } },
  ].map((answer) => JSON.stringify(answer));
  const received = await startApp(({ body }) => (body.includes('view_submission') ? (answers.shift() ?? '') : ''));
  const submit = (reason: string) =>
    workspace.submitView({ viewId: workspace.views(ALEX).at(-1)?.id ?? '', user: ALEX, values: { reason } });
  await call('views.open', { trigger_id: await trigger(received), view: modal });
  expect(await submit('')).toEqual({ errors: { reason: 'Please complete this required field.' }, delivery: null });
  expect((await submit('far too long a reason')).errors).toEqual({ reason: 'Please enter at most 10 characters.' });
  expect((await submit('why')).errors).toEqual({ reason: 'Say more.' });
  expect(payloadOf(received.at(-1) as Received)).toMatchObject({
    view: { callback_id: 'why', state: { values: { reason: { reason: { type: 'plain_text_input', value: 'why' } } } } },
  });
  expect((await submit('because')).errors).toEqual({});
  expect(workspace.views(ALEX)).toMatchObject([{ content: { callback_id: 'second' } }]);
  expect((await submit('done')).errors).toEqual({});
  expect(workspace.views(ALEX)).toEqual([]);
  await call('views.open', { trigger_id: await trigger(received), view: modal });
  await workspace.closeView({ viewId: workspace.views(ALEX)[0]?.id ?? '', user: ALEX });
  expect(payloadOf(received.at(-1) as Received)).toMatchObject({ type: 'view_closed', is_cleared: false });
});

test('opening the Home tab sends an event, once more when it failed, and views.publish fills it', async () => {
  const received = await startApp(() => '');
  workspace.connectApp('http://127.0.0.1:1/', 'secret');
  expect(await workspace.openHome(RILEY)).toMatchObject({ error: 'dispatch_failed' });
  expect(workspace.sent.map(({ parcel }) => parcel.retry ?? 0)).toEqual([0, 1]);
  await startApp(() => '');
  await workspace.openHome(RILEY);
  expect(received).toEqual([]);
  expect(workspace.sent.at(-1)?.parcel.payload).toMatchObject({
    type: 'event_callback',
    event: { type: 'app_home_opened', user: RILEY, tab: 'home' },
  });
  const view = { type: 'home', blocks: [{ type: 'divider' }] };
  expect(await call('views.publish', { user_id: RILEY, view })).toMatchObject({ ok: true });
  expect(await call('views.publish', { user_id: RILEY, hash: 'old', view })).toMatchObject({ error: 'hash_conflict' });
  expect(await call('views.publish', { user_id: RILEY, view: modal })).toMatchObject({ error: 'invalid_arguments' });
  expect(workspace.home(RILEY)?.content.blocks).toMatchObject([{ type: 'divider' }]);
});

test.each([
  { kind: 'rate_limited', status: 429, posted: 0, retryAfter: '7' },
  { kind: 'http_500', status: 500, posted: 0 },
  { kind: 'timeout', status: 0, posted: 0 },
  { kind: 'lost_reply', status: 0, posted: 1 },
  { kind: 'slow', status: 200, posted: 1 },
] as const)('fault $kind: status $status and $posted message stored', async ({ kind, status, posted, ...more }) => {
  workspace.faults({ method: 'chat.postMessage', kind, times: 1, ms: 50, retryAfter: 7 });
  const res = await fetch(`${workspace.apiUrl}chat.postMessage`, {
    method: 'POST',
    body: new URLSearchParams({ token: workspace.botToken, channel, text: 'x' }),
    signal: AbortSignal.timeout(1000),
  }).catch(() => undefined);
  expect(res?.status ?? 0).toBe(status);
  expect(res?.headers.get('retry-after') ?? null).toBe('retryAfter' in more ? more.retryAfter : null);
  expect(workspace.messages(channel)).toHaveLength(posted);
  expect(await call('chat.postMessage', { channel, text: 'next' })).toMatchObject({ ok: true });
});

test('with limits on, the sixth post at once to one channel waits, other channels do not', async () => {
  const limited = await startWorkspace({ ...CAST, rateLimits: true });
  closing.push(() => void limited.stop());
  const post = (to: string) =>
    fetch(`${limited.apiUrl}chat.postMessage`, {
      method: 'POST',
      body: new URLSearchParams({ token: limited.botToken, channel: to, text: 'x' }),
    });
  for (let count = 0; count < 5; count += 1) expect((await post(channel)).status).toBe(200);
  const sixth = await post(channel);
  expect([sixth.status, sixth.headers.get('retry-after')]).toEqual([429, '1']);
  expect((await post('C0GENERAL')).status).toBe(200);
  limited.advance(1000);
  expect((await post(channel)).status).toBe(200);
});

test('Socket Mode: hello, envelopes with acknowledgement, refresh, one ticket one connection', async () => {
  expect(await call('apps.connections.open')).toMatchObject({ error: 'not_allowed_token_type' });
  expect(await call('apps.connections.open', {}, 'xapp-wrong')).toMatchObject({ error: 'invalid_auth' });
  const { url } = await call('apps.connections.open', {}, workspace.appToken);
  const socket = new WebSocket(String(url));
  const seen: Json[] = [];
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as Json;
    seen.push(message);
    if (message.envelope_id) {
      socket.send(JSON.stringify({ envelope_id: message.envelope_id, payload: { text: 'by socket' } }));
    }
  });
  await workspace.waitFor(() => seen.some(({ type }) => type === 'hello'));
  expect(await workspace.slash({ user: RILEY, channel, text: 'help' })).toMatchObject({ error: null });
  expect(seen.at(-1)).toMatchObject({
    type: 'slash_commands',
    accepts_response_payload: true,
    payload: { text: 'help' },
  });
  expect(workspace.messages(channel)).toMatchObject([{ text: 'by socket', ephemeralTo: RILEY }]);
  const again = new WebSocket(String(url));
  await expect(new Promise((_, reject) => again.on('error', reject))).rejects.toThrow('401');
  workspace.sockets.disconnect('refresh_requested');
  await workspace.waitFor(() => workspace.sockets.count === 0);
  expect(seen.at(-1)).toMatchObject({ type: 'disconnect', reason: 'refresh_requested' });
  expect(await workspace.slash({ user: RILEY, channel, text: 'help' })).toMatchObject({ error: 'dispatch_failed' });
});

test('the page is served with a strict policy, and its doors are closed to other sites and names', async () => {
  const page = await fetch(workspace.url);
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
  expect((await fetch(`${workspace.url}/..%2fcast.ts`)).status).toBe(404);
  const scene = `${workspace.url}/_sim/scene?user=${RILEY}`;
  expect((await fetch(scene)).status).toBe(200);
  expect((await fetch(scene, { headers: { origin: 'https://example.com' } })).status).toBe(403);
  for (const none of ['constructor', 'nonsense']) {
    expect((await fetch(`${workspace.url}/_sim/${none}`, { method: 'POST', body: '{}' })).status).toBe(404);
  }
});

test('an ephemeral message is news to its reader alone', async () => {
  await call('chat.postEphemeral', { channel, user: ALEX, text: 'psst' });
  const sceneOf = async (user: string) => (await fetch(`${workspace.url}/_sim/scene?user=${user}`)).json();
  expect(await sceneOf(ALEX)).toMatchObject({ messages: [{ text: 'psst', ephemeral: true }] });
  expect(await sceneOf(RILEY)).toMatchObject({ messages: [] });
});
