import type { Reply } from '../../domain/command.ts';
import { parseInfo } from '../../domain/info.ts';
import type { Clock, KeySession } from '../ports.ts';

/** PINGs that tell how long the server takes when nobody scans it. */
const BASELINE_PINGS = 20;
const BASELINE_PAUSE_MS = 5;
/** The newest PINGs that are compared with them. */
const RECENT_PINGS = 20;
const RISE = 2;
/** When it answers slower, we stand back this long and feel again: a passing load is no reason to stop, ours is one to slow down. */
const STAND_BACK_MS = 200;
const FRESH_PINGS = 10;
const MOST_STRIKES = 3;
/** One core: commands run on one. */
const CPU_LIMIT = 0.8;
const CPU_EVERY_MS = 2000;

/** How a server bears being scanned: its answers to PING against those before, and its processor. */
export class Pulse {
  readonly #session: KeySession;
  readonly #clock: Clock;
  readonly #noiseMs: number;
  #baseline = 0;
  #recent: number[] = [];
  #strikes = 0;
  #cpu: { at: number; seconds: number } | undefined;

  /** `noiseMs`: a round trip that is no more than this much longer may as well be our own delay. */
  constructor(session: KeySession, clock: Clock, noiseMs: number) {
    this.#noiseMs = noiseMs;
    this.#session = session;
    this.#clock = clock;
  }

  /** The 95th percentile of PING before the scan, ms. */
  get baselineMs(): number {
    return this.#baseline;
  }

  /** How much more careful than planned the scan has to be. */
  get caution(): number {
    return 2 ** this.#strikes;
  }

  /** Takes the baseline; `cpu` when the server is at its limit already. */
  async begin(): Promise<'cpu' | undefined> {
    this.#cpu = await this.#processor();
    this.#baseline = percentile95(await this.#pings(BASELINE_PINGS));
    return this.#isBusy(await this.#processor()) ? 'cpu' : undefined;
  }

  /** After each piece of work: why the scan must end, if it must. */
  async feel(): Promise<'latency' | 'cpu' | undefined> {
    this.#recent = [...this.#recent, (await this.#session.ask([['PING']])).tookMs].slice(-RECENT_PINGS);
    if (this.#recent.length >= RECENT_PINGS / 2 && this.#isSlow(this.#recent)) {
      await this.#clock.sleep(STAND_BACK_MS);
      this.#strikes += 1;
      this.#recent = [];
      if (this.#strikes >= MOST_STRIKES || this.#isSlow(await this.#pings(FRESH_PINGS))) return 'latency';
    }
    if (this.#cpu && this.#clock.now() - this.#cpu.at >= CPU_EVERY_MS) {
      const before = this.#cpu;
      const after = await this.#processor();
      this.#cpu = after;
      return this.#isBusy(after, before) ? 'cpu' : undefined;
    }
    return undefined;
  }

  async #pings(count: number): Promise<number[]> {
    const pings: number[] = [];
    for (let left = count; left > 0; left -= 1) {
      pings.push((await this.#session.ask([['PING']])).tookMs);
      await this.#clock.sleep(BASELINE_PAUSE_MS);
    }
    return pings;
  }

  #isSlow(pings: readonly number[]): boolean {
    const now = percentile95(pings);
    return now > this.#baseline * RISE && now > this.#baseline + this.#noiseMs;
  }

  #isBusy(after: { at: number; seconds: number } | undefined, before = this.#cpu): boolean {
    if (!after || !before || after.at <= before.at) return false;
    return ((after.seconds - before.seconds) * 1000) / (after.at - before.at) >= CPU_LIMIT;
  }

  async #processor(): Promise<{ at: number; seconds: number } | undefined> {
    const { replies } = await this.#session.ask([['INFO', 'cpu']]);
    const seconds = processorSeconds(replies[0]);
    return seconds === undefined ? undefined : { at: this.#clock.now(), seconds };
  }
}

function processorSeconds(reply: Reply | undefined): number | undefined {
  if (typeof reply !== 'string') return undefined;
  const info = parseInfo(reply);
  const user = info.number('used_cpu_user_main_thread') ?? info.number('used_cpu_user');
  const system = info.number('used_cpu_sys_main_thread') ?? info.number('used_cpu_sys');
  return user === undefined || system === undefined ? undefined : user + system;
}

function percentile95(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * 0.95) - 1)] ?? 0;
}
