import type { RdbKind } from '../../domain/rdb.ts';
import type { CutKey, CutOptions, RdbPart } from '../../flow/backup/ports.ts';
import { Broken } from './broken.ts';
import { Crc64 } from './crc64.ts';
import { Cursor } from './cursor.ts';
import type { Recorder } from './recorder.ts';
import type { Magic, ValueType } from './value-types.ts';
import { type Listener, walk } from './walk.ts';

const AT_ONCE = 64;
const TYPE_BYTES = 1;
const VERSION_BYTES = 2;
const CHECKSUM_BYTES = 8;

/**
 * Cuts a file into its keys and libraries. What RESTORE takes is the type and the bytes of a value as they stand in the file,
 * the version of the file, and a checksum over all that.
 */
export class Cutting implements Listener {
  readonly largest: number;
  readonly #cursor = new Cursor();
  readonly #walk = walk(this.#cursor, this);
  readonly #options: CutOptions;
  #version = 0;
  #database = 0;
  #key: { name: Buffer | undefined; kind: RdbKind; expiresAt?: number } | undefined;
  /** Where its value begins. */
  #from = 0;
  #parts: RdbPart[] = [];
  #done = false;

  constructor(options: CutOptions) {
    this.largest = options.largest;
    this.#options = options;
  }

  /** What has come to its end with this piece, some at a time; throws Broken where the file is broken or not known. */
  *push(chunk: Uint8Array): Generator<RdbPart[], void> {
    if (this.#done) throw this.#longer();
    this.#cursor.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
    for (let more = true; more; ) {
      this.#done = this.#walk.next().done === true;
      more = this.full;
      const parts = this.#parts;
      this.#parts = [];
      if (parts.length > 0) yield parts;
    }
    if (this.#done && this.#cursor.left > 0) throw this.#longer();
  }

  /** A piece of a file may hold thousands of small keys: cut all at once they would live until they are old. */
  get full(): boolean {
    return this.#parts.length >= AT_ONCE;
  }

  #longer(): Broken {
    return new Broken(this.#cursor.offset, 'more bytes follow behind its end');
  }

  end(): void {
    if (!this.#done) throw new Broken(this.#cursor.offset, 'it ends in the middle, as a copy that was cut does');
  }

  header(_magic: Magic, version: number): void {
    this.#version = version;
  }

  aux(): void {}

  module(): void {}

  checksum(): void {}

  database(number: number): void {
    this.#database = number;
  }

  library(type: number, code: Recorder): void {
    this.#parts.push({ library: this.#payload(type, code) });
  }

  key({ kind, shape }: ValueType, expiresAt: number | undefined, named: { name(): Buffer | undefined }): boolean {
    const name = named.name();
    const key = { name, kind, ...(expiresAt !== undefined && { expiresAt }) };
    const wanted = shape !== 'module' && name !== undefined && this.#options.wanted(name, expiresAt);
    if (wanted) {
      this.#key = key;
      this.#from = this.#cursor.offset;
    } else this.#parts.push({ database: this.#database, ...key });
    return wanted;
  }

  value(type: number, bytes: Recorder | undefined): void {
    if (!this.#key || !bytes) return;
    const payload = this.#payload(type, bytes);
    const key = { database: this.#database, ...this.#key, size: bytes.size };
    this.#key = undefined;
    const apart = { from: this.#from, type, version: this.#version };
    this.#parts.push(payload ? { ...key, payload } : { ...key, apart });
  }

  #payload(type: number, bytes: Recorder): Buffer | undefined {
    const whole = bytes.between(Buffer.of(type), Buffer.alloc(VERSION_BYTES + CHECKSUM_BYTES));
    if (!whole) return undefined;
    const end = whole.length - CHECKSUM_BYTES;
    whole.writeUInt16LE(this.#version, end - VERSION_BYTES);
    const crc = new Crc64();
    crc.update(whole, 0, end);
    crc.bytes().copy(whole, end);
    return whole;
  }
}

/** The same piece by piece, of a value that is too large for that. */
export async function* payload(
  { type, version }: NonNullable<CutKey['apart']>,
  value: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const crc = new Crc64();
  const counted = (bytes: Uint8Array) => {
    crc.update(bytes, 0, bytes.length);
    return bytes;
  };
  yield counted(Buffer.of(type));
  for await (const bytes of value) yield counted(bytes);
  const tail = Buffer.alloc(VERSION_BYTES);
  tail.writeUInt16LE(version);
  yield counted(tail);
  yield crc.bytes();
}

export function payloadSize(size: number): number {
  return TYPE_BYTES + size + VERSION_BYTES + CHECKSUM_BYTES;
}
