import { randomBytes } from 'node:crypto';
import { ApiRefusal } from './refusal.ts';

const TRIGGER_LIFE_MS = 3000;
const RESPONSE_URL_LIFE_MS = 30 * 60_000;
const RESPONSE_URL_USES = 5;

/** Trigger ids: good for 3 s and once. */
export class Triggers {
  readonly #given = new Map<string, { user: string; until: number; used: boolean }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  give(user: string): string {
    const id = `${Date.now()}.${randomBytes(6).toString('hex')}`;
    this.#given.set(id, { user, until: this.#now() + TRIGGER_LIFE_MS, used: false });
    return id;
  }

  /** The person whose gesture it came from. */
  use(id: string): string {
    const given = this.#given.get(id);
    if (!given) throw new ApiRefusal('invalid_trigger_id');
    if (given.used) throw new ApiRefusal('exchanged_trigger_id');
    if (this.#now() > given.until) throw new ApiRefusal('expired_trigger_id');
    given.used = true;
    return given.user;
  }
}

/** Where an answer through a response_url goes. */
export interface ReplyTo {
  channel: string;
  user: string;
  /** The message that `replace_original` and `delete_original` mean. */
  original: string | null;
  threadTs: string | null;
}

/** response_urls: good for 30 minutes and five answers. */
export class ResponseUrls {
  readonly #given = new Map<string, { to: ReplyTo; until: number; left: number }>();
  readonly #base: () => string;
  readonly #now: () => number;

  constructor(base: () => string, now: () => number) {
    this.#base = base;
    this.#now = now;
  }

  give(to: ReplyTo): string {
    const id = randomBytes(12).toString('hex');
    this.#given.set(id, { to, until: this.#now() + RESPONSE_URL_LIFE_MS, left: RESPONSE_URL_USES });
    return `${this.#base()}/response/${id}`;
  }

  use(id: string): ReplyTo | 'expired_url' | 'used_url' {
    const given = this.#given.get(id);
    if (!given || this.#now() > given.until) return 'expired_url';
    if (given.left === 0) return 'used_url';
    given.left -= 1;
    return given.to;
  }
}
