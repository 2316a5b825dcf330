import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Args, readArgs } from './args.ts';
import type { Fault, Faults, RateLimits } from './faults.ts';
import { answer, readBody } from './http.ts';
import { chat } from './methods/chat.ts';
import { conversations } from './methods/conversations.ts';
import type { Methods } from './methods/method.ts';
import { people } from './methods/people.ts';
import { views } from './methods/views.ts';
import type { Json } from './model.ts';
import { ApiRefusal } from './refusal.ts';
import type { State } from './state.ts';
import type { Triggers } from './tickets.ts';

const METHODS: Methods = { ...chat, ...conversations, ...people, ...views };

/** What the pretend app was granted; auth.test reports it in a header as Slack does. */
const SCOPES = 'commands,chat:write,users:read,usergroups:read,channels:history,groups:history,reactions:write';
const SLOW_MS = 2000;

export interface WebApi {
  state: State;
  triggers: Triggers;
  faults: Faults;
  /** Absent: no limits. */
  limits: RateLimits | undefined;
  botToken: string;
  appToken: string;
  url: string;
  /** Address for a Socket Mode connection. */
  socketUrl(): string;
  /** Told of each call as it arrives, for tests that count them. */
  called(method: string): void;
}

/** Answers one Web API call, `/api/<method>`. */
export async function serveApi(api: WebApi, method: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const url = new URL(req.url ?? '/', api.url);
  const args = readArgs(req.headers['content-type'] ?? '', await readBody(req), url.searchParams);
  api.called(method);
  const fault = api.faults.take(method);
  if (fault && (await trip(fault, res))) return;
  const wait = api.limits?.take(method, args?.text('channel') ?? '') ?? 0;
  if (wait > 0) {
    tooMany(res, wait);
    return;
  }
  const reply = args ? perform(api, method, args, tokenOf(req, args)) : { ok: false, error: 'invalid_json' };
  if (fault?.kind === 'lost_reply') res.destroy();
  else answer(res, 200, reply, { 'x-oauth-scopes': SCOPES, 'x-slack-req-id': crypto.randomUUID() });
}

/** True when the fault has taken the call. */
async function trip(fault: Fault, res: ServerResponse): Promise<boolean> {
  switch (fault.kind) {
    case 'rate_limited':
      tooMany(res, fault.retryAfter ?? 1);
      return true;
    case 'http_500':
      answer(res, 500, { ok: false, error: 'internal_error' });
      return true;
    case 'timeout':
      return true;
    case 'slow':
      await sleep(fault.ms ?? SLOW_MS);
      return false;
    case 'lost_reply':
      return false;
    default:
      return fault.kind satisfies never;
  }
}

function tooMany(res: ServerResponse, seconds: number): void {
  answer(res, 429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(seconds) });
}

function perform(api: WebApi, method: string, args: Args, token: string | undefined): Json {
  try {
    if (method === 'apps.connections.open') return { ok: true, url: socketFor(api, token) };
    if (!Object.hasOwn(METHODS, method)) throw new ApiRefusal('unknown_method', { req_method: method });
    if (token === undefined) throw new ApiRefusal('not_authed');
    if (token !== api.botToken) throw new ApiRefusal('invalid_auth');
    const { state, triggers, url } = api;
    return { ok: true, ...METHODS[method]?.({ state, args, triggers, url }) };
  } catch (error) {
    if (error instanceof ApiRefusal) return { ok: false, error: error.code, ...error.more };
    throw error;
  }
}

function socketFor(api: WebApi, token: string | undefined): string {
  if (token === undefined) throw new ApiRefusal('not_authed');
  if (token === api.botToken) throw new ApiRefusal('not_allowed_token_type');
  if (token !== api.appToken) throw new ApiRefusal('invalid_auth');
  return api.socketUrl();
}

function tokenOf(req: IncomingMessage, args: Args): string | undefined {
  return /^Bearer (.+)$/i.exec(req.headers.authorization ?? '')?.[1] ?? args.text('token');
}
