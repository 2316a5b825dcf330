/** Copies what is read of bytes that come piece by piece, up to a size. */
export class Recorder {
  readonly #most: number;
  #parts: Buffer[] | undefined = [];
  #from: number;
  #bytes = 0;

  constructor(from: number, most: number) {
    this.#from = from;
    this.#most = most;
  }

  add(bytes: Buffer, to: number): void {
    this.#bytes += to - this.#from;
    if (this.#bytes > this.#most) this.#parts = undefined;
    else this.#parts?.push(Buffer.from(bytes.subarray(this.#from, to)));
    this.#from = to;
  }

  /** The next piece begins. */
  goOn(): void {
    this.#from = 0;
  }

  /** How many were read. */
  get size(): number {
    return this.#bytes;
  }

  /** Undefined when they were too many. */
  all(): Buffer | undefined {
    return this.#parts && Buffer.concat(this.#parts);
  }

  /** The same between other bytes. */
  between(before: Uint8Array, after: Uint8Array): Buffer | undefined {
    return this.#parts && Buffer.concat([before, ...this.#parts, after]);
  }
}
