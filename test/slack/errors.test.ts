import type { WebClient } from '@slack/web-api';
import nock from 'nock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeClients } from '../../src/slack/clients.ts';
import { troubleOf } from '../../src/slack/errors.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };
let client: WebClient;

beforeEach(() => {
  nock.disableNetConnect();
  client = makeClients({ botToken: 'xoxb-1', log }).outbox;
});

afterEach(() => {
  nock.cleanAll();
  nock.enableNetConnect();
});

async function trouble(): Promise<unknown> {
  return client.chat.postMessage({ channel: 'C1', text: 'x' }).then(
    () => 'no trouble',
    (error: unknown) => troubleOf(error),
  );
}

const post = () => nock('https://slack.com').post('/api/chat.postMessage');

test('a 429 says how long to wait, and is not tried again by the library', async () => {
  post().reply(429, '', { 'retry-after': '7' });
  expect(await trouble()).toEqual({ kind: 'limited', retryAfterMs: 7000, why: 'rate limited' });
});

test('a 429 without a usable Retry-After is unclear', async () => {
  post().reply(429, '');
  expect(await trouble()).toMatchObject({ kind: 'unclear' });
});

test.each([500, 502, 503, 504])('HTTP %i is unclear, and asked once', async (status) => {
  const scope = post().reply(status, 'oops');
  expect(await trouble()).toEqual({ kind: 'unclear', why: `HTTP ${status}` });
  expect(scope.isDone()).toBe(true);
});

test.each([
  ['internal_error', 'unclear'],
  ['fatal_error', 'unclear'],
  ['ratelimited', 'limited'],
  ['invalid_blocks', 'too-rich'],
  ['msg_blocks_too_long', 'too-rich'],
  ['message_not_found', 'gone'],
  ['invalid_auth', 'locked-out'],
  ['token_revoked', 'locked-out'],
  ['not_in_channel', 'refused'],
  ['is_archived', 'refused'],
  ['constructor', 'refused'],
])('%s is %s', async (error, kind) => {
  post().reply(200, { ok: false, error });
  expect(await trouble()).toMatchObject({ kind, why: error });
});

test('an answer that is not JSON is unclear', async () => {
  post().reply(200, '<html>proxy</html>');
  expect(await trouble()).toMatchObject({ kind: 'unclear' });
});
