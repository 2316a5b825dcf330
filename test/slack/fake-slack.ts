import type { FetchFunction } from '@slack/web-api';

/** What happens to a call instead of the usual: an error of Slack, a status, a lost reply (the work is done), a refused connection. */
export type Mishap = { error: string } | { status: number; retryAfter?: number } | 'lost-reply' | 'no-connection';

interface FakeMessage {
  ts: string;
  thread_ts?: string;
  channel: string;
  text: string;
  blocks: unknown[];
  bot_id: string;
  metadata?: unknown;
}

interface FakeCall {
  method: string;
  at: number;
  body: Record<string, string>;
}

/** The few Web API methods that the outbox and the people need, with scripted mishaps. */
export function fakeSlack(now: () => number) {
  const messages: FakeMessage[] = [];
  const calls: FakeCall[] = [];
  const mishaps: { method: string; mishap: Mishap }[] = [];
  const groups = new Map<string, string[]>();
  let made = 0;

  const fetch: FetchFunction = async (url, init) => {
    const method = String(url).split('/').at(-1) ?? '';
    const body = Object.fromEntries(new URLSearchParams(typeof init?.body === 'string' ? init.body : ''));
    calls.push({ method, at: now(), body });
    const at = mishaps.findIndex((one) => one.method === method);
    const mishap = at === -1 ? undefined : mishaps.splice(at, 1)[0]?.mishap;
    if (mishap === 'no-connection') throw new TypeError('fetch failed');
    if (typeof mishap === 'object' && 'error' in mishap) return json({ ok: false, error: mishap.error });
    if (typeof mishap === 'object') {
      const headers = mishap.retryAfter === undefined ? {} : { 'retry-after': String(mishap.retryAfter) };
      return new Response('{}', { status: mishap.status, headers });
    }
    const answer = work(method, body);
    if (mishap === 'lost-reply') throw new TypeError('socket hang up');
    return json(answer);
  };

  function work(method: string, body: Record<string, string>): object {
    switch (method) {
      case 'chat.postMessage': {
        made += 1;
        const ts = `1700000000.${String(made).padStart(6, '0')}`;
        messages.push({ ...content(body), ts, ...(body.thread_ts && { thread_ts: body.thread_ts }) });
        return { ok: true, ts };
      }
      case 'chat.update': {
        const message = messages.find((one) => one.ts === body.ts);
        if (!message) return { ok: false, error: 'message_not_found' };
        Object.assign(message, content(body));
        return { ok: true, ts: message.ts };
      }
      case 'conversations.history':
        return { ok: true, messages: messages.filter((one) => one.thread_ts === undefined) };
      case 'conversations.replies':
        return { ok: true, messages: messages.filter((one) => one.ts === body.ts || one.thread_ts === body.ts) };
      case 'usergroups.users.list': {
        const users = groups.get(body.usergroup ?? '');
        return users ? { ok: true, users } : { ok: false, error: 'no_such_subteam' };
      }
      default:
        return { ok: false, error: 'unknown_method' };
    }
  }

  return {
    fetch,
    messages,
    calls,
    groups,
    /** The next call of the method goes wrong in this way. */
    next: (method: string, mishap: Mishap) => void mishaps.push({ method, mishap }),
    called: (method: string) => calls.filter((call) => call.method === method),
  };
}

function content(body: Record<string, string>) {
  return {
    channel: body.channel ?? '',
    text: body.text ?? '',
    blocks: JSON.parse(body.blocks ?? '[]') as unknown[],
    bot_id: 'B1',
    metadata: JSON.parse(body.metadata ?? 'null') as unknown,
  };
}

function json(answer: object): Response {
  return new Response(JSON.stringify(answer), { status: 200, headers: { 'content-type': 'application/json' } });
}
