import { createHash, type Hash } from 'node:crypto';
import { Broken } from './broken.ts';
import { Cursor } from './cursor.ts';
import { intset, listpack, ziplist } from './packed.ts';
import { scoreBytes } from './scores.ts';
import { type Magic, type Shape, type ValueType, valueType } from './value-types.ts';

/**
 * A digest of what a value holds, equal for equal content: servers pack and order the same collection differently, and
 * newer ones write newer forms of it; and how much it is. Undefined where that cannot be told, as for modules.
 */
export function contentDigest(magic: Magic, type: number, value: Buffer): { digest: string; size: number } | undefined {
  const known = valueType(magic, type);
  if (!known || known.shape === 'module') return undefined;
  const cursor = new Cursor();
  cursor.push(value);
  try {
    const content = contentOf(cursor, known);
    return content && { digest: digestOf(known, content), size: sizeOf(known, content) };
  } catch (error) {
    if (error instanceof Broken) return undefined;
    throw error;
  }
}

/** The same of an answer to DUMP: a type, a value, two bytes of version and eight of checksum. */
export function dumpDigest(magic: Magic, dump: Buffer): string | undefined {
  const type = dump[0];
  return type === undefined || dump.length < 11 ? undefined : contentDigest(magic, type, dump.subarray(1, -10))?.digest;
}

/** How many numbers stand behind the nodes of a stream: its entries, and its last id. */
const STREAM_HEAD = 3;

/** As STRLEN, LLEN and their like tell it. */
function sizeOf({ kind }: ValueType, content: Content): number {
  if (kind === 'string') return content[0]?.[0]?.length ?? 0;
  if (kind === 'stream') return Number(content.find((part) => part.length === STREAM_HEAD)?.[0]);
  return content.length;
}

/** Parts that belong together, such as a field, its value and its expiry. */
type Content = readonly (readonly Buffer[])[];

function digestOf({ kind }: ValueType, content: Content): string {
  const parts = content.map((part) => {
    const hash = createHash('sha256');
    for (const bytes of part) hash.update(String(bytes.length)).update(':').update(bytes);
    return hash.digest();
  });
  // These have no order of their own.
  if (kind === 'set' || kind === 'hash' || kind === 'zset') parts.sort((one, other) => Buffer.compare(one, other));
  const whole: Hash = createHash('sha256').update(kind);
  for (const part of parts) whole.update(part);
  return whole.digest('hex').slice(0, 32);
}

function contentOf(cursor: Cursor, type: ValueType): Content | undefined {
  switch (type.kind) {
    case 'string':
      return [[string(cursor)]];
    case 'list':
    case 'set':
      return elements(cursor, type).map((element) => [element]);
    case 'zset':
      return inGroups(elements(cursor, type), 2).map(([member = NOTHING, score = NOTHING]) => [
        member,
        scoreBytes(score),
      ]);
    case 'hash':
      return fields(cursor, type);
    case 'stream':
      return stream(cursor, type.shape);
    case 'module':
      return undefined;
    default:
      return type.kind satisfies never;
  }
}

const NOTHING = Buffer.alloc(0);

/** The elements one after the other; of a sorted set each member and its score as digits. */
function elements(cursor: Cursor, { shape, packed }: ValueType): Buffer[] {
  switch (shape) {
    case 'string':
      return unpack(string(cursor), packed);
    case 'strings':
      return repeat(count(cursor), () => (packed ? unpack(string(cursor), packed) : [string(cursor)])).flat();
    case 'nodes':
      // A big element is a node by itself.
      return repeat(count(cursor), () =>
        count(cursor) === 1 ? [string(cursor)] : unpack(string(cursor), packed),
      ).flat();
    case 'pairs':
      return repeat(2 * count(cursor), () => string(cursor));
    case 'scores':
      return repeat(count(cursor), () => [string(cursor), Buffer.from(String(take(cursor, 8).readDoubleLE()))]).flat();
    case 'scores-as-text':
      return repeat(count(cursor), () => [string(cursor), textScore(cursor)]).flat();
    default:
      throw cursor.broken('a collection has no such form');
  }
}

/** Each field with its value and, where it has one, its expiry. */
function fields(cursor: Cursor, type: ValueType): Content {
  switch (type.shape) {
    case 'pairs-until':
      return repeat(count(cursor), () => [string(cursor), string(cursor), until(take(cursor, 8).readBigInt64LE())]);
    case 'fields-until': {
      const least = take(cursor, 8).readBigInt64LE();
      return repeat(count(cursor), () => {
        const after = number(cursor);
        return [string(cursor), string(cursor), until(after === 0n ? 0n : least + after - 1n)];
      });
    }
    case 'packed-until':
      take(cursor, 8);
      return inGroups(unpack(string(cursor), type.packed), 3).map(
        ([field = NOTHING, value = NOTHING, ms = NOTHING]) => [field, value, until(BigInt(ms.toString()))],
      );
    default:
      return inGroups(elements(cursor, type), 2).map(([field = NOTHING, value = NOTHING]) => [field, value, NOTHING]);
  }
}

/** Without an expiry one engine writes 0, the other -1. */
function until(ms: bigint): Buffer {
  return ms <= 0n ? NOTHING : Buffer.from(String(ms));
}

/** Its entries and groups. When a consumer was last seen changes by being looked at, and not every version keeps it. */
function stream(cursor: Cursor, shape: Shape): Content {
  const version = Number(shape.at(-1));
  const parts: Buffer[][] = repeat(count(cursor), () => [string(cursor), string(cursor)]);
  parts.push([...numbers(cursor, 3)]);
  if (version >= 2) numbers(cursor, 5);
  for (let groups = count(cursor); groups > 0; groups -= 1) {
    parts.push([string(cursor), ...numbers(cursor, 2)]);
    if (version >= 2) numbers(cursor, 1);
    parts.push(...repeat(count(cursor), () => [take(cursor, 16), take(cursor, 8), ...numbers(cursor, 1)]));
    for (let consumers = count(cursor); consumers > 0; consumers -= 1) {
      const name = string(cursor);
      take(cursor, version >= 3 ? 16 : 8);
      parts.push([name, ...repeat(count(cursor), () => take(cursor, 16))]);
    }
  }
  return parts;
}

function unpack(bytes: Buffer, packed: ValueType['packed']): Buffer[] {
  const unpacked =
    packed === 'listpack'
      ? listpack(bytes)
      : packed === 'ziplist'
        ? ziplist(bytes)
        : packed === 'intset' && intset(bytes);
  if (!unpacked) throw new Broken(0, 'a packed collection cannot be unpacked');
  return unpacked;
}

/** The value is all here: what is missing never comes. */
function sure<T>(what: T | undefined | false): T {
  if (what === undefined || what === false) throw new Broken(0, 'the value ends too early');
  return what;
}

function string(cursor: Cursor): Buffer {
  return sure(cursor.tryString());
}

function take(cursor: Cursor, bytes: number): Buffer {
  return sure(cursor.tryTake(bytes));
}

function count(cursor: Cursor): number {
  sure(cursor.tryLength());
  // Each element takes a byte: whatever says more is damaged, and must not make us ask for memory.
  if (cursor.special || cursor.length > cursor.left)
    throw cursor.broken('a collection says that it has more than it has');
  return cursor.length;
}

function number(cursor: Cursor): bigint {
  sure(cursor.tryLong());
  return cursor.long;
}

function numbers(cursor: Cursor, many: number): Buffer[] {
  return repeat(many, () => Buffer.from(String(number(cursor))));
}

function repeat<T>(many: number, make: () => T): T[] {
  return Array.from({ length: many }, make);
}

function textScore(cursor: Cursor): Buffer {
  const length = take(cursor, 1)[0] ?? 0;
  if (length === 253) return Buffer.from('nan');
  if (length === 254) return Buffer.from('inf');
  return length === 255 ? Buffer.from('-inf') : take(cursor, length);
}

function inGroups(all: readonly Buffer[], size: number): Buffer[][] {
  return repeat(Math.ceil(all.length / size), () => [] as Buffer[]).map((_, at) =>
    all.slice(at * size, at * size + size),
  );
}
