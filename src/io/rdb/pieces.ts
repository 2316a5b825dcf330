import { Broken } from './broken.ts';
import { Recorder } from './recorder.ts';

/** A place in bytes that come piece by piece, of which only what is not read yet is kept. */
export class Pieces {
  protected bytes: Buffer = Buffer.alloc(0);
  protected at = 0;
  /** Offset of the first byte here in the whole. */
  #base = 0;
  /** Bytes to pass over that have not come yet. */
  protected debt = 0;
  #recorder: Recorder | undefined;
  readonly #passed: (bytes: Uint8Array, from: number, to: number) => void;
  #passedTo = 0;

  /** `passed` hears of every byte once, in order, when it has been read. */
  constructor(passed: (bytes: Uint8Array, from: number, to: number) => void = () => undefined) {
    this.#passed = passed;
  }

  get offset(): number {
    return this.#base + this.at;
  }

  /** Where the next byte that is wanted stands, come or not. */
  get reached(): number {
    return this.offset + this.debt;
  }

  /** Bytes that are here and not read. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  /** Nothing is owed: what was passed over has come. */
  get settled(): boolean {
    return this.debt === 0;
  }

  push(chunk: Buffer): void {
    this.pass();
    this.#recorder?.add(this.bytes, this.at);
    const rest = this.bytes.subarray(this.at);
    this.#base += this.at;
    this.bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    this.at = Math.min(this.debt, this.bytes.length);
    this.debt -= this.at;
    this.#recorder?.goOn();
    this.#passedTo = 0;
  }

  /** Tells about the bytes read so far. */
  pass(): void {
    if (this.at > this.#passedTo) this.#passed(this.bytes, this.#passedTo, this.at);
    this.#passedTo = this.at;
  }

  /** Begins to keep what is read, as long as it is no more than this. */
  keep(most: number): void {
    this.#recorder = new Recorder(this.at, most);
  }

  /** What was read since `keep`. */
  kept(): Recorder {
    const kept = this.#recorder ?? new Recorder(this.at, 0);
    kept.add(this.bytes, this.at);
    this.#recorder = undefined;
    return kept;
  }

  broken(because: string): Broken {
    return new Broken(this.offset, because);
  }

  /** Only after a look at `left`. */
  byte(): number {
    const byte = this.bytes[this.at] as number;
    this.at += 1;
    return byte;
  }

  /** The next bytes without reading them. */
  peek(count: number): Buffer | undefined {
    return this.left < count ? undefined : this.bytes.subarray(this.at, this.at + count);
  }

  tryTake(count: number): Buffer | undefined {
    const bytes = this.peek(count);
    if (bytes) this.at += count;
    return bytes;
  }

  /** Passes over bytes, come or not. */
  skip(count: number): void {
    const here = Math.min(count, this.left);
    this.at += here;
    this.debt += count - here;
  }
}
