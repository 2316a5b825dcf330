import type { Command } from '../command.ts';

/** O(1) by type: bytes of a string, elements of a collection. */
const LENGTH: Readonly<Record<string, string>> = {
  string: 'STRLEN',
  list: 'LLEN',
  set: 'SCARD',
  zset: 'ZCARD',
  hash: 'HLEN',
  stream: 'XLEN',
};

/** What asks how long a key is; undefined for a type of a module. */
export function lengthOf(key: string, type: string): Command | undefined {
  const name = LENGTH[type];
  return name === undefined ? undefined : [name, key];
}
