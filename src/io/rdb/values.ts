import type { Cursor } from './cursor.ts';
import type { ValueType } from './value-types.ts';

/** A walk gives way when it needs bytes that have not come. */
export type Walk = Generator<void, void, void>;

/** Passes over one value. */
export function* skipValue(cursor: Cursor, { shape }: ValueType): Walk {
  switch (shape) {
    case 'string':
      return yield* strings(cursor, 1);
    case 'strings':
      return yield* strings(cursor, yield* length(cursor));
    case 'pairs':
      return yield* strings(cursor, 2 * (yield* length(cursor)));
    case 'scores-as-text':
      return yield* each(cursor, trySkipTextScore);
    case 'scores':
      return yield* each(cursor, trySkipScore);
    case 'nodes':
      return yield* each(cursor, trySkipNode);
    case 'pairs-until':
      return yield* each(cursor, trySkipPairUntil);
    case 'fields-until':
      cursor.skip(8);
      return yield* each(cursor, trySkipFieldUntil);
    case 'packed-until':
      cursor.skip(8);
      return yield* strings(cursor, 1);
    case 'module':
      throw cursor.broken('the data of a module is passed over by whoever reads its name');
    case 'stream-1':
    case 'stream-2':
    case 'stream-3':
      return yield* stream(cursor, Number(shape.at(-1)));
    default:
      return shape satisfies never;
  }
}

export function* length(cursor: Cursor): Generator<void, number, void> {
  while (!cursor.tryLength()) yield;
  if (cursor.special) throw cursor.broken('an encoding stands where a length is due');
  return cursor.length;
}

export function* strings(cursor: Cursor, count: number): Walk {
  for (let left = count; left > 0; left -= 1) while (!cursor.trySkipString()) yield;
}

/** A count and so many parts, each of which is passed over at once or not at all. */
function* each(cursor: Cursor, trySkip: (cursor: Cursor, part: Part) => boolean): Walk {
  const part: Part = { done: 0 };
  for (let left = yield* length(cursor); left > 0; left -= 1) {
    part.done = 0;
    while (!trySkip(cursor, part)) yield;
  }
}

/** How far a part has been passed over. */
interface Part {
  done: number;
}

function trySkipScore(cursor: Cursor): boolean {
  if (!cursor.trySkipString()) return false;
  cursor.skip(8);
  return true;
}

function trySkipTextScore(cursor: Cursor, part: Part): boolean {
  if (part.done === 0) {
    if (!cursor.trySkipString()) return false;
    part.done = 1;
  }
  if (cursor.left < 1) return false;
  const bytes = cursor.byte();
  // Not a number and the two infinities have no digits.
  if (bytes < 253) cursor.skip(bytes);
  return true;
}

function trySkipNode(cursor: Cursor, part: Part): boolean {
  if (part.done === 0) {
    if (!cursor.tryLength()) return false;
    if (cursor.special || cursor.length < 1 || cursor.length > 2)
      throw cursor.broken('a list has a node of no known kind');
    part.done = 1;
  }
  return cursor.trySkipString();
}

function trySkipPairUntil(cursor: Cursor, part: Part): boolean {
  for (; part.done < 2; part.done += 1) if (!cursor.trySkipString()) return false;
  cursor.skip(8);
  return true;
}

function trySkipFieldUntil(cursor: Cursor, part: Part): boolean {
  if (part.done === 0) {
    if (!cursor.tryLong()) return false;
    part.done = 1;
  }
  for (; part.done < 3; part.done += 1) if (!cursor.trySkipString()) return false;
  return true;
}

function* longs(cursor: Cursor, count: number): Walk {
  for (let left = count; left > 0; left -= 1) while (!cursor.tryLong()) yield;
}

function* stream(cursor: Cursor, version: number): Walk {
  yield* strings(cursor, 2 * (yield* length(cursor)));
  // Its length and last id; then the first id, the greatest deleted one and how many were ever added.
  yield* longs(cursor, version >= 2 ? 8 : 3);
  for (let groups = yield* length(cursor); groups > 0; groups -= 1) {
    yield* strings(cursor, 1);
    yield* longs(cursor, version >= 2 ? 3 : 2);
    for (let pending = yield* length(cursor); pending > 0; pending -= 1) {
      cursor.skip(16 + 8);
      yield* longs(cursor, 1);
    }
    for (let consumers = yield* length(cursor); consumers > 0; consumers -= 1) {
      yield* strings(cursor, 1);
      cursor.skip(version >= 3 ? 16 : 8);
      cursor.skip(16 * (yield* length(cursor)));
    }
  }
}

/** What a module wrote, up to its end mark: each part says what it is. */
export function* moduleData(cursor: Cursor): Walk {
  for (;;) {
    const part = yield* length(cursor);
    if (part === 0) return;
    if (part === 1 || part === 2) yield* longs(cursor, 1);
    else if (part === 3) cursor.skip(4);
    else if (part === 4) cursor.skip(8);
    else if (part === 5) yield* strings(cursor, 1);
    else throw cursor.broken(`a module left a part of the unknown kind ${part}`);
  }
}
