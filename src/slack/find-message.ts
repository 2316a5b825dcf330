import type { WebClient } from '@slack/web-api';
import type { Clock, OutboxMessage } from '../flow/ports.ts';
import { type Trouble, troubleOf } from './errors.ts';

export type Sighted =
  | { kind: 'found'; ts: string; rev: number }
  | { kind: 'absent' }
  | { kind: 'blind'; trouble: Trouble };

const PAGES = 5;

/** What is read lags a little behind what was posted, so absence counts only when it is seen twice. */
const LAG_MS = 1500;

interface Posted {
  ts?: string;
  bot_id?: string;
  metadata?: { event_type?: string; event_payload?: Record<string, unknown> };
}

interface Search {
  client: WebClient;
  clock: Clock;
  /** Ours; messages of other apps are never adopted. */
  botId: string;
}

/** Looks in Slack for a message whose post had no certain outcome. `since` is epoch ms. */
export async function findMessage(
  search: Search,
  message: OutboxMessage,
  thread: string | null,
  since: number,
): Promise<Sighted> {
  try {
    const first = await look(search, message, thread, since);
    if (first) return first;
    await search.clock.sleep(LAG_MS);
    return (await look(search, message, thread, since)) ?? { kind: 'absent' };
  } catch (error) {
    return { kind: 'blind', trouble: troubleOf(error) };
  }
}

async function look(
  { client, botId }: Search,
  message: OutboxMessage,
  thread: string | null,
  since: number,
): Promise<Sighted | undefined> {
  let cursor: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const common = { channel: message.channel, limit: 100, include_all_metadata: true, ...(cursor && { cursor }) };
    const answer =
      thread === null
        ? await client.conversations.history({ ...common, oldest: String(since / 1000 - 60) })
        : await client.conversations.replies({ ...common, ts: thread });
    for (const posted of (answer.messages ?? []) as Posted[]) {
      const payload = posted.metadata?.event_type === 'redis_medic' ? posted.metadata.event_payload : undefined;
      if (payload?.key === message.key && posted.bot_id === botId && posted.ts !== undefined) {
        return { kind: 'found', ts: posted.ts, rev: Number(payload.rev) || 0 };
      }
    }
    cursor = answer.response_metadata?.next_cursor || undefined;
    if (cursor === undefined) return undefined;
  }
  return undefined;
}
