import { Broken, Unknown } from './broken.ts';
import type { Cursor } from './cursor.ts';
import type { Recorder } from './recorder.ts';
import { type Magic, type ValueType, valueType } from './value-types.ts';
import { length, moduleData, skipValue, strings, type Walk } from './values.ts';

/** What a walk meets on its way. */
export interface Listener {
  header(magic: Magic, version: number): void;
  aux(name: string, value: string): void;
  /** Values of more bytes than this are measured, not kept; 1 MiB when absent. */
  readonly largest?: number;
  /** The walk gives way after an entry while this is so, though more bytes are here. */
  readonly full?: boolean;
  /** A library of functions, with its type. */
  library(type: number, code: Recorder): void;
  module(name: string): void;
  database(number: number): void;
  /** True: its content is wanted too. `name` gives undefined where it is too long to keep. */
  key(type: ValueType, expiresAt: number | undefined, named: { name(): Buffer | undefined }): boolean;
  /** The type and the bytes of a value that was wanted; undefined of a module. */
  value(type: number, bytes: Recorder | undefined): void;
  /** How many bytes the value of the last key takes; not told of modules. */
  measured?(bytes: number): void;
  checksum(stored: Buffer): void;
}

/** Longer names are counted, not kept. */
const LONGEST_NAME = 65_536;
/** Values up to this are compared by their content. */
const LARGEST_VALUE = 1024 * 1024;
const LARGEST_LIBRARY = 16 * 1024 * 1024;
const LONGEST_AUX = 65_536;

/** Versions that exist by now, of each engine; what is newer may hold anything. */
const VERSIONS: Readonly<Record<Magic, readonly [number, number]>> = { REDIS: [1, 79], VALKEY: [80, 999] };

const [EOF, SELECT, EXPIRE_S, EXPIRE_MS, SIZES, AUX, FREQUENCY, IDLE] = [255, 254, 253, 252, 251, 250, 249, 248];
const [MODULE_AUX, FUNCTION, SLOT_SIZES, SLOT_IMPORT] = [247, 245, 244, 243];

/** Walks a file from its magic to its checksum. */
export function* walk(cursor: Cursor, listener: Listener): Walk {
  const { magic, version } = yield* header(cursor);
  listener.header(magic, version);
  let expiresAt: number | undefined;
  for (;;) {
    if (cursor.left < 1) {
      yield;
      continue;
    }
    const at = cursor.offset;
    const code = cursor.byte();
    if (code < SLOT_IMPORT) {
      const type = valueType(magic, code);
      if (!type) throw new Unknown(at, `values of the type ${code} are not known here`);
      yield* entry(cursor, listener, code, type, expiresAt);
      expiresAt = undefined;
      if (listener.full) yield;
    } else if (code === EXPIRE_MS) expiresAt = Number((yield* take(cursor, 8)).readBigInt64LE());
    else if (code === EXPIRE_S) expiresAt = (yield* take(cursor, 4)).readInt32LE() * 1000;
    else if (code === FREQUENCY) cursor.skip(1);
    else if (code === IDLE) yield* length(cursor);
    else if (code === SELECT) listener.database(yield* length(cursor));
    else if (code === SIZES) yield* lengths(cursor, 2);
    else if (code === SLOT_SIZES) yield* lengths(cursor, 3);
    else if (code === AUX) yield* aux(cursor, listener);
    else if (code === FUNCTION) {
      yield* kept(cursor, LARGEST_LIBRARY, strings(cursor, 1));
      listener.library(code, cursor.kept());
    } else if (code === MODULE_AUX) yield* moduleAux(cursor, listener);
    else if (code === SLOT_IMPORT && magic === 'VALKEY') {
      yield* strings(cursor, 1);
      yield* lengths(cursor, 2 * (yield* length(cursor)));
    } else if (code === EOF) return yield* ending(cursor, listener, version);
    else throw new Unknown(at, `the part ${code} is not known here`);
  }
}

function* header(cursor: Cursor): Generator<void, { magic: Magic; version: number }, void> {
  const text = (yield* take(cursor, 9)).toString('latin1');
  const [, magic, digits] = /^(REDIS|VALKEY)(\d{3,4})$/.exec(text) ?? [];
  if (magic !== 'REDIS' && magic !== 'VALKEY') {
    throw new Broken(0, 'it does not begin like an RDB file of Redis or Valkey');
  }
  const version = Number(digits);
  const [least, most] = VERSIONS[magic];
  if (version < least || version > most) throw new Unknown(0, `the version ${version} of the format is not known here`);
  return { magic, version };
}

function* entry(
  cursor: Cursor,
  listener: Listener,
  code: number,
  type: ValueType,
  expiresAt: number | undefined,
): Walk {
  while (!cursor.tryName(LONGEST_NAME)) yield;
  const from = cursor.reached;
  const wanted = listener.key(type, expiresAt, cursor);
  if (type.shape === 'module') {
    while (!cursor.tryLong()) yield;
    listener.module(moduleName(cursor.long));
    yield* moduleData(cursor);
    if (wanted) listener.value(code, undefined);
    return;
  }
  if (wanted) {
    yield* kept(cursor, listener.largest ?? LARGEST_VALUE, skipValue(cursor, type));
    listener.value(code, cursor.kept());
  } else if (type.shape === 'string') {
    // Most values are one string: these need no walk of their own.
    while (!cursor.trySkipString()) yield;
  } else yield* skipValue(cursor, type);
  listener.measured?.(cursor.reached - from);
}

/** Passes over something and keeps its bytes, which must have come for that. */
function* kept(cursor: Cursor, most: number, over: Walk): Walk {
  cursor.keep(most);
  yield* over;
  while (!cursor.settled) yield;
}

function* aux(cursor: Cursor, listener: Listener): Walk {
  const words: string[] = [];
  while (words.length < 2) {
    const word = cursor.tryString();
    if (word) words.push(word.toString('latin1'));
    else if (cursor.left > LONGEST_AUX) throw cursor.broken('a field of the header is longer than any is');
    else yield;
  }
  listener.aux(words[0] ?? '', words[1] ?? '');
}

function* moduleAux(cursor: Cursor, listener: Listener): Walk {
  while (!cursor.tryLong()) yield;
  listener.module(moduleName(cursor.long));
  yield* lengths(cursor, 2);
  yield* moduleData(cursor);
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** A module is named by nine letters of six bits, before ten bits of its version. */
export function moduleName(id: bigint): string {
  return Array.from({ length: 9 }, (_, at) => LETTERS[Number((id >> BigInt(10 + 6 * (8 - at))) & 63n)]).join('');
}

function* ending(cursor: Cursor, listener: Listener, version: number): Walk {
  // Before it had a checksum the format ended here.
  if (version < 5) return;
  cursor.pass();
  listener.checksum(Buffer.from(yield* take(cursor, 8)));
}

function* take(cursor: Cursor, count: number): Generator<void, Buffer, void> {
  for (;;) {
    const bytes = cursor.tryTake(count);
    if (bytes) return bytes;
    yield;
  }
}

function* lengths(cursor: Cursor, count: number): Walk {
  for (let left = count; left > 0; left -= 1) yield* length(cursor);
}
