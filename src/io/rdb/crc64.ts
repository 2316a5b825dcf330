/** The Jones polynomial, bits reversed, in two halves: BigInt would be a hundred times slower. */
const POLYNOMIAL = { low: 0x94_c9_35_a9 | 0, high: 0xad_93_d2_35 | 0 };
const REFLECTED = { low: reversed(POLYNOMIAL.high), high: reversed(POLYNOMIAL.low) };

/** Eight tables of 256: what a byte does that is followed by so many others of its group. */
const LOW = new Int32Array(8 * 256);
const HIGH = new Int32Array(8 * 256);

for (let byte = 0; byte < 256; byte += 1) {
  let [low, high] = [byte, 0];
  for (let bit = 0; bit < 8; bit += 1) {
    const odd = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (odd) {
      low ^= REFLECTED.low;
      high ^= REFLECTED.high;
    }
  }
  LOW[byte] = low;
  HIGH[byte] = high;
}
for (let at = 256; at < 8 * 256; at += 1) {
  const [low, high] = [LOW[at - 256] ?? 0, HIGH[at - 256] ?? 0];
  LOW[at] = (LOW[low & 0xff] ?? 0) ^ ((low >>> 8) | (high << 24));
  HIGH[at] = (HIGH[low & 0xff] ?? 0) ^ (high >>> 8);
}

/** The checksum of Redis and Valkey files, piece by piece. */
export class Crc64 {
  #low = 0;
  #high = 0;

  update(bytes: Uint8Array, from: number, to: number): void {
    let low = this.#low;
    let high = this.#high;
    let at = from;
    for (const end = to - 7; at < end; at += 8) {
      low ^= word(bytes, at);
      high ^= word(bytes, at + 4);
      const [a, b, c, d] = [
        1792 + (low & 0xff),
        1536 + ((low >>> 8) & 0xff),
        1280 + ((low >>> 16) & 0xff),
        1024 + (low >>> 24),
      ];
      const [e, f, g, h] = [
        768 + (high & 0xff),
        512 + ((high >>> 8) & 0xff),
        256 + ((high >>> 16) & 0xff),
        high >>> 24,
      ];
      low =
        pick(LOW, a) ^
        pick(LOW, b) ^
        pick(LOW, c) ^
        pick(LOW, d) ^
        pick(LOW, e) ^
        pick(LOW, f) ^
        pick(LOW, g) ^
        pick(LOW, h);
      high =
        pick(HIGH, a) ^
        pick(HIGH, b) ^
        pick(HIGH, c) ^
        pick(HIGH, d) ^
        pick(HIGH, e) ^
        pick(HIGH, f) ^
        pick(HIGH, g) ^
        pick(HIGH, h);
    }
    for (; at < to; at += 1) {
      const index = (low ^ (bytes[at] ?? 0)) & 0xff;
      low = pick(LOW, index) ^ ((low >>> 8) | (high << 24));
      high = pick(HIGH, index) ^ (high >>> 8);
    }
    this.#low = low;
    this.#high = high;
  }

  /** As it stands in a file. */
  bytes(): Buffer {
    const bytes = Buffer.alloc(8);
    bytes.writeInt32LE(this.#low, 0);
    bytes.writeInt32LE(this.#high, 4);
    return bytes;
  }
}

function pick(table: Int32Array, index: number): number {
  return table[index] as number;
}

function word(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

function reversed(word: number): number {
  let result = 0;
  for (let bit = 0; bit < 32; bit += 1) if (word & (1 << bit)) result |= 1 << (31 - bit);
  return result;
}
