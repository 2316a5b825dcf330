/** The elements of a listpack, texts and numbers as their digits; undefined when it is none. */
export function listpack(bytes: Buffer): Buffer[] | undefined {
  const elements: Buffer[] = [];
  if (bytes.length < 7 || bytes.readUInt32LE(0) !== bytes.length) return undefined;
  let at = 6;
  while (at < bytes.length && bytes[at] !== 0xff) {
    const { from, text, width, value } = element(bytes, at);
    const end = from + (text ?? width);
    if (end > bytes.length) return undefined;
    if (text !== undefined) elements.push(bytes.subarray(from, end));
    else elements.push(Buffer.from(String(value ?? signed(bytes, from, width))));
    at = end + backLength(end - at);
  }
  return at === bytes.length - 1 ? elements : undefined;
}

interface Element {
  /** Where its bytes begin. */
  from: number;
  /** Length of a text. */
  text?: number;
  /** Bytes of a number. */
  width: number;
  /** A number that is part of the head. */
  value?: number;
}

function element(bytes: Buffer, at: number): Element {
  const head = bytes[at] ?? 0;
  const next = bytes[at + 1] ?? 0;
  if (head < 0x80) return { from: at + 1, width: 0, value: head };
  if (head < 0xc0) return { from: at + 1, width: 0, text: head & 0x3f };
  if (head < 0xe0) return { from: at + 2, width: 0, value: ((((head & 0x1f) << 8) | next) << 19) >> 19 };
  if (head < 0xf0) return { from: at + 2, width: 0, text: ((head & 0x0f) << 8) | next };
  if (head === 0xf0)
    return { from: at + 5, width: 0, text: at + 5 <= bytes.length ? bytes.readUInt32LE(at + 1) : MOST };
  return { from: at + 1, width: WIDTHS[head - 0xf1] ?? MOST };
}

const MOST = 2 ** 40;
const WIDTHS = [2, 3, 4, 8];

function signed(bytes: Buffer, at: number, width: number): bigint | number {
  return width === 8 ? bytes.readBigInt64LE(at) : bytes.readIntLE(at, width);
}

/** Each element is followed by its own length, so that a list can be read from its end. */
function backLength(length: number): number {
  if (length <= 127) return 1;
  if (length < 16_383) return 2;
  if (length < 2_097_151) return 3;
  return length < 268_435_455 ? 4 : 5;
}

/** The elements of a ziplist, which older versions wrote. */
export function ziplist(bytes: Buffer): Buffer[] | undefined {
  const elements: Buffer[] = [];
  if (bytes.length < 11 || bytes.readUInt32LE(0) !== bytes.length) return undefined;
  let at = 10;
  while (at < bytes.length && bytes[at] !== 0xff) {
    at += bytes[at] === 0xfe ? 5 : 1;
    const { from, text, width, value } = oldElement(bytes, at);
    const end = from + (text ?? width);
    if (end > bytes.length) return undefined;
    if (text !== undefined) elements.push(bytes.subarray(from, end));
    else elements.push(Buffer.from(String(value ?? signed(bytes, from, width))));
    at = end;
  }
  return at === bytes.length - 1 ? elements : undefined;
}

const OLD_WIDTHS: Readonly<Record<number, number>> = { 192: 2, 208: 4, 224: 8, 240: 3, 254: 1 };

function oldElement(bytes: Buffer, at: number): Element {
  const head = bytes[at] ?? 0;
  const next = bytes[at + 1] ?? 0;
  if (head < 0x40) return { from: at + 1, width: 0, text: head };
  if (head < 0x80) return { from: at + 2, width: 0, text: ((head & 0x3f) << 8) | next };
  if (head < 0xc0) return { from: at + 5, width: 0, text: at + 5 <= bytes.length ? bytes.readUInt32BE(at + 1) : MOST };
  if (head > 0xf0 && head < 0xfe) return { from: at + 1, width: 0, value: (head & 0x0f) - 1 };
  return { from: at + 1, width: OLD_WIDTHS[head] ?? MOST };
}

/** The members of a set of integers. */
export function intset(bytes: Buffer): Buffer[] | undefined {
  if (bytes.length < 8) return undefined;
  const width = bytes.readUInt32LE(0);
  const count = bytes.readUInt32LE(4);
  if (![2, 4, 8].includes(width) || bytes.length !== 8 + width * count) return undefined;
  return Array.from({ length: count }, (_, at) => Buffer.from(String(signed(bytes, 8 + at * width, width))));
}
