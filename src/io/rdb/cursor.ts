import { decompress } from './lzf.ts';
import { Pieces } from './pieces.ts';

/** Above this a number counts nothing that fits into a file. */
const MOST = Number.MAX_SAFE_INTEGER;

/** Reads the numbers and strings of an RDB. What is not whole yet is not taken: `try…` then says no and can be asked again. */
export class Cursor extends Pieces {
  /** The last length that was read; with `special`, the number of an encoding instead. */
  length = 0;
  special = false;
  #wide: bigint | undefined;
  #nameAt: number | undefined;

  /** Reads a length into `length` and `special`. */
  tryLength(): boolean {
    if (!this.tryLong()) return false;
    if (this.length > MOST) throw this.broken(`a length of ${this.long} is no length`);
    return true;
  }

  /** The last number of up to 64 bits. */
  get long(): bigint {
    return this.#wide ?? BigInt(this.length);
  }

  /** Reads a number of up to 64 bits into `long`. */
  tryLong(): boolean {
    const bytes = this.bytes;
    const at = this.at;
    const first = bytes[at];
    if (first === undefined) return false;
    this.special = false;
    switch (first >> 6) {
      case 0:
        return this.#take(1, first & 0x3f);
      case 1: {
        const second = bytes[at + 1];
        return second !== undefined && this.#take(2, ((first & 0x3f) << 8) | second);
      }
      case 3:
        this.special = true;
        return this.#take(1, first & 0x3f);
      default:
        if (first === 0x80) return this.left >= 5 && this.#take(5, bytes.readUInt32BE(at + 1));
        if (first !== 0x81) throw this.broken(`no length begins with the byte ${first}`);
        if (this.left < 9) return false;
        this.#wide = bytes.readBigUInt64BE(at + 1);
        this.length = Number(this.#wide);
        this.at += 9;
        return true;
    }
  }

  #take(count: number, length: number): boolean {
    this.at += count;
    this.length = length;
    this.#wide = undefined;
    return true;
  }

  /** Passes over a string: its length must be here, its bytes need not. */
  trySkipString(): boolean {
    const start = this.at;
    if (!this.tryLength()) return false;
    if (!this.special) {
      this.skip(this.length);
      return true;
    }
    if (this.length < 3) {
      this.skip(1 << this.length);
      return true;
    }
    if (this.length > 3) throw this.broken(`no string has the encoding ${this.length}`);
    if (!this.tryLength()) return this.#back(start);
    const packed = this.length;
    if (!this.tryLength()) return this.#back(start);
    this.skip(packed);
    return true;
  }

  /** Passes over a name that can then be had, if it is no longer than this, until more bytes come. */
  tryName(longest: number): boolean {
    const start = this.at;
    if (!this.trySkipString()) return false;
    this.#nameAt = start;
    if (this.debt === 0) return true;
    if (this.at - start + this.debt > longest) {
      this.#nameAt = undefined;
      return true;
    }
    this.debt = 0;
    return this.#back(start);
  }

  name(): Buffer | undefined {
    if (this.#nameAt === undefined) return undefined;
    const after = this.at;
    this.at = this.#nameAt;
    const name = this.#string();
    this.at = after;
    return name;
  }

  /** A string as it is meant: unpacked, a number as its digits. */
  tryString(): Buffer | undefined {
    const start = this.at;
    const string = this.#string();
    if (!string) this.at = start;
    return string;
  }

  #string(): Buffer | undefined {
    if (!this.tryLength()) return undefined;
    if (!this.special) return this.tryTake(this.length);
    if (this.length < 3) {
      const width = 1 << this.length;
      const number = this.tryTake(width);
      return number && Buffer.from(String(number.readIntLE(0, width)));
    }
    if (this.length > 3) throw this.broken(`no string has the encoding ${this.length}`);
    if (!this.tryLength()) return undefined;
    const packed = this.length;
    if (!this.tryLength()) return undefined;
    const bytes = this.tryTake(packed);
    if (!bytes) return undefined;
    const unpacked = decompress(bytes, this.length);
    if (!unpacked) throw this.broken('a compressed string cannot be unpacked');
    return unpacked;
  }

  #back(start: number): false {
    this.at = start;
    return false;
  }
}
