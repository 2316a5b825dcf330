import type { RdbKind } from '../../domain/rdb.ts';

export type Magic = 'REDIS' | 'VALKEY';

/** The shape in which a value stands in the file. */
export type Shape =
  /** One string, which for most of them is a packed collection. */
  | 'string'
  | 'strings'
  | 'pairs'
  | 'scores-as-text'
  | 'scores'
  | 'nodes'
  | 'stream-1'
  | 'stream-2'
  | 'stream-3'
  | 'pairs-until'
  | 'fields-until'
  | 'packed-until'
  | 'module';

export interface ValueType {
  kind: RdbKind;
  shape: Shape;
  /** How the one string, or each of the nodes, is packed. */
  packed?: 'zipmap' | 'ziplist' | 'intset' | 'listpack';
}

const TYPES: Readonly<Record<number, ValueType>> = {
  0: { kind: 'string', shape: 'string' },
  1: { kind: 'list', shape: 'strings' },
  2: { kind: 'set', shape: 'strings' },
  3: { kind: 'zset', shape: 'scores-as-text' },
  4: { kind: 'hash', shape: 'pairs' },
  5: { kind: 'zset', shape: 'scores' },
  7: { kind: 'module', shape: 'module' },
  9: { kind: 'hash', shape: 'string', packed: 'zipmap' },
  10: { kind: 'list', shape: 'string', packed: 'ziplist' },
  11: { kind: 'set', shape: 'string', packed: 'intset' },
  12: { kind: 'zset', shape: 'string', packed: 'ziplist' },
  13: { kind: 'hash', shape: 'string', packed: 'ziplist' },
  14: { kind: 'list', shape: 'strings', packed: 'ziplist' },
  15: { kind: 'stream', shape: 'stream-1' },
  16: { kind: 'hash', shape: 'string', packed: 'listpack' },
  17: { kind: 'zset', shape: 'string', packed: 'listpack' },
  18: { kind: 'list', shape: 'nodes', packed: 'listpack' },
  19: { kind: 'stream', shape: 'stream-2' },
  20: { kind: 'set', shape: 'string', packed: 'listpack' },
  21: { kind: 'stream', shape: 'stream-3' },
};

/** Both engines have gone on from 21 each in its own way. */
const TYPES_OF: Readonly<Record<Magic, Readonly<Record<number, ValueType>>>> = {
  REDIS: {
    ...TYPES,
    24: { kind: 'hash', shape: 'fields-until' },
    25: { kind: 'hash', shape: 'packed-until', packed: 'listpack' },
  },
  VALKEY: { ...TYPES, 22: { kind: 'hash', shape: 'pairs-until' } },
};

export function valueType(magic: Magic, type: number): ValueType | undefined {
  return TYPES_OF[magic][type];
}
