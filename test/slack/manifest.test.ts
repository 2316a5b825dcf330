import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { COMMANDS } from '../../src/slack/commands/redis.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const http = parse(read('manifest.yml')) as unknown;
const socket = parse(read('deploy/manifest-socket.yml')) as unknown;

/** The part of Slack's manifest schema (version 2) that we use; like Slack's, it refuses keys that it does not know. */
const Url = z.url({ protocol: /^https$/ });
const Manifest = z.strictObject({
  _metadata: z.strictObject({ major_version: z.literal(2), minor_version: z.number().int() }),
  display_information: z.strictObject({
    name: z.string().min(1).max(35),
    description: z.string().max(140).optional(),
    background_color: z.string().optional(),
    long_description: z.string().min(175).max(4000).optional(),
  }),
  features: z.strictObject({
    app_home: z.strictObject({
      home_tab_enabled: z.boolean(),
      messages_tab_enabled: z.boolean(),
      messages_tab_read_only_enabled: z.boolean(),
    }),
    bot_user: z.strictObject({ display_name: z.string().min(1).max(80), always_online: z.boolean() }),
    slash_commands: z
      .array(
        z.strictObject({
          command: z.string().regex(/^\/[a-z0-9_-]{1,31}$/),
          url: Url.optional(),
          description: z.string().min(1).max(2000),
          usage_hint: z.string().max(1000).optional(),
          should_escape: z.boolean(),
        }),
      )
      .max(50),
  }),
  oauth_config: z.strictObject({
    scopes: z.strictObject({ bot: z.array(z.string()).max(255), bot_optional: z.array(z.string()).max(255) }),
  }),
  settings: z.strictObject({
    event_subscriptions: z.strictObject({ request_url: Url.optional(), bot_events: z.array(z.string()).max(100) }),
    interactivity: z.strictObject({ is_enabled: z.boolean(), request_url: Url.optional() }),
    org_deploy_enabled: z.boolean(),
    socket_mode_enabled: z.boolean(),
    token_rotation_enabled: z.boolean(),
  }),
});

test.each([
  ['manifest.yml', http],
  ['deploy/manifest-socket.yml', socket],
])('%s is one that Slack takes', (_, manifest) => {
  expect(Manifest.safeParse(manifest).error?.message).toBeUndefined();
});

test('they differ in the transport alone', () => {
  const [one, other] = [Manifest.parse(http), Manifest.parse(socket)];
  const urls = [
    one.features.slash_commands[0]?.url,
    one.settings.event_subscriptions.request_url,
    one.settings.interactivity.request_url,
  ];
  expect(new Set(urls)).toEqual(new Set(['https://HOST/slack/events']));
  for (const command of one.features.slash_commands) delete command.url;
  delete one.settings.event_subscriptions.request_url;
  delete one.settings.interactivity.request_url;
  expect([one.settings.socket_mode_enabled, other.settings.socket_mode_enabled]).toEqual([false, true]);
  one.settings.socket_mode_enabled = true;
  expect(other).toEqual(one);
});

test('they declare what the app listens for, and nothing else', () => {
  const { features, settings } = Manifest.parse(http);
  const source = read('src/slack/listeners.ts');
  const listened = (call: string) =>
    [...source.matchAll(new RegExp(`app\\.${call}\\('([^']+)'`, 'g'))].map((found) => found[1]);
  expect(features.slash_commands.map((one) => one.command)).toEqual(listened('command'));
  expect(settings.event_subscriptions.bot_events).toEqual(listened('event'));
  expect(settings.interactivity.is_enabled).toBe(/app\.(action|view)</.test(source));
  expect(features.app_home.home_tab_enabled).toBe(source.includes('app_home_opened'));
  for (const name of COMMANDS.keys()) expect(features.slash_commands[0]?.usage_hint).toContain(name);
});

test('every scope is one that a call needs, with its reason beside it', () => {
  const needs: Record<string, readonly string[]> = {
    commands: ['app.command('],
    'chat:write': ['chat.postMessage', 'chat.update', 'chat.postEphemeral'],
    'usergroups:read': ['usergroups.users.list'],
    'channels:history': ['conversations.history', 'conversations.replies'],
    'groups:history': ['conversations.history', 'conversations.replies'],
  };
  const { scopes } = Manifest.parse(http).oauth_config;
  const source = ['find-message', 'send-message', 'listeners', 'people']
    .map((file) => read(`src/slack/${file}.ts`))
    .join();
  expect([...scopes.bot, ...scopes.bot_optional].sort()).toEqual(Object.keys(needs).sort());
  for (const call of Object.values(needs).flat()) expect(source).toContain(call);
  for (const scope of Object.keys(needs)) expect(read('manifest.yml')).toMatch(new RegExp(`- ${scope} # \\w+`));
});
