/** An answer to so much at once is a wait that clients do not notice, ms. */
const SHORT_MS = 10;
const LONG_MS = 40;
/** What takes so long shows a server that has enough to do. */
const LOADED_MS = 200;

const FEWEST = 8;
const MOST = 250;
const LEAST_BYTES = 64 * 1024;
const MOST_BYTES = 1024 * 1024;

/** How much is sent at once and how long is waited between, by how long the server takes: at least half of its time is left. */
export class Gentle {
  /** Keys and bytes at once. */
  keys = 32;
  bytes = 256 * 1024;
  readonly #bytesPerSecond: number | undefined;

  constructor(bytesPerSecond?: number) {
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** What to wait after a round trip, in ms. */
  after(sent: number, tookMs: number): number {
    if (tookMs > LONG_MS) this.#scale(0.5);
    else if (tookMs < SHORT_MS) this.#scale(1.5);
    const limit = this.#bytesPerSecond === undefined ? 0 : (sent / this.#bytesPerSecond) * 1000 - tookMs;
    return Math.max(tookMs > LOADED_MS ? tookMs * 4 : tookMs, limit);
  }

  #scale(by: number): void {
    this.keys = Math.round(Math.min(MOST, Math.max(FEWEST, this.keys * by)));
    this.bytes = Math.round(Math.min(MOST_BYTES, Math.max(LEAST_BYTES, this.bytes * by)));
  }
}
