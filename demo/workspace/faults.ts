import { z } from 'zod';

/** `lost_reply` does the work and drops the connection; `timeout` does nothing and never answers. */
export const Fault = z.object({
  /** A Web API method, or `*`. */
  method: z.string(),
  kind: z.enum(['rate_limited', 'http_500', 'timeout', 'lost_reply', 'slow']),
  times: z.number().int().positive(),
  /** Retry-After of `rate_limited`, in seconds; 1 when absent. */
  retryAfter: z.number().optional(),
  /** How long `slow` takes; 2000 when absent. */
  ms: z.number().optional(),
});
export type Fault = z.infer<typeof Fault>;

/** Troubles waiting for the next calls. */
export class Faults {
  #waiting: Fault[] = [];

  add(fault: Fault): void {
    this.#waiting.push({ ...fault });
  }

  clear(): void {
    this.#waiting = [];
  }

  take(method: string): Fault | undefined {
    const fault = this.#waiting.find((one) => one.times > 0 && (one.method === method || one.method === '*'));
    if (fault) fault.times -= 1;
    return fault;
  }
}

/** Calls a minute by tier, from Slack's list of methods; posting is one a second per channel with a short burst. */
const TIERS: Readonly<Record<string, number>> = {
  'apps.connections.open': 1,
  'usergroups.list': 20,
  'usergroups.users.list': 20,
  'chat.update': 50,
  'chat.delete': 50,
  'conversations.history': 50,
  'conversations.replies': 50,
  'conversations.info': 50,
  'reactions.add': 50,
};
const OTHERS = 100;
const POSTS_A_MINUTE = 60;
const POST_BURST = 5;

/** Token buckets per method, and for posts per channel. */
export class RateLimits {
  readonly #buckets = new Map<string, { left: number; at: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Seconds to wait, or 0 when the call may go on. */
  take(method: string, channel: string): number {
    const posting = method === 'chat.postMessage';
    const aMinute = posting ? POSTS_A_MINUTE : (TIERS[method] ?? OTHERS);
    const full = posting ? POST_BURST : aMinute;
    const key = posting ? `${method} ${channel}` : method;
    const now = this.#now();
    const bucket = this.#buckets.get(key) ?? { left: full, at: now };
    const left = Math.min(full, bucket.left + ((now - bucket.at) / 60_000) * aMinute);
    this.#buckets.set(key, { left: left >= 1 ? left - 1 : left, at: now });
    return left >= 1 ? 0 : Math.ceil(((1 - left) * 60) / aMinute);
  }
}
