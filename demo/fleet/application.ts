import { randomBytes } from 'node:crypto';
import type { Member } from './servers.ts';

const TICK_MS = 250;
const KEYS = 2000;
const VALUE_BYTES = 120;
const TTL_SECONDS = 60;

/** What became of the writes of the last second. */
export interface Writes {
  accepted: number;
  refused: number;
  /** The first word of the newest refusal: OOM, MISCONF … */
  refusal: string | null;
}

/** An application that goes on reading and writing small keys with a time to live, whatever happens. */
export class Application {
  readonly #member: Member;
  readonly #perTick: number;
  readonly #timer: NodeJS.Timeout;
  #ticks: Writes[] = [];

  constructor(member: Member, writesPerSecond: number) {
    this.#member = member;
    this.#perTick = Math.round((writesPerSecond * TICK_MS) / 1000);
    this.#timer = setInterval(() => void this.#tick(), TICK_MS);
  }

  async #tick(): Promise<void> {
    const batch = this.#member.client.pipeline();
    for (let count = 0; count < this.#perTick; count += 1) {
      const key = `session:${Math.floor(Math.random() * KEYS)}`;
      batch.set(key, randomBytes(VALUE_BYTES / 2).toString('hex'), 'EX', TTL_SECONDS);
    }
    for (let count = 0; count < this.#perTick; count += 1) {
      batch.get(`session:${Math.floor(Math.random() * KEYS)}`);
    }
    const replies = (await batch.exec().catch(() => null)) ?? [];
    const failures = replies.slice(0, this.#perTick).flatMap(([error]) => (error ? [error.message] : []));
    const refused = replies.length === 0 ? this.#perTick : failures.length;
    const refusal = failures.at(-1)?.split(' ')[0] ?? (refused > 0 ? 'no answer' : null);
    this.#ticks = [...this.#ticks.slice(1 - 1000 / TICK_MS), { accepted: this.#perTick - refused, refused, refusal }];
  }

  lastSecond(): Writes {
    const sum = (what: 'accepted' | 'refused') => this.#ticks.reduce((total, tick) => total + tick[what], 0);
    const refusal = this.#ticks.findLast((tick) => tick.refusal !== null)?.refusal ?? null;
    return { accepted: sum('accepted'), refused: sum('refused'), refusal };
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
