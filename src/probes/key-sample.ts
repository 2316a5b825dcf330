import type { KeySample } from '../domain/keys/key-sample.ts';
import { defineKeyProbe } from '../domain/probe.ts';

/** What a bounded scan has seen of the keys: names, types, sizes, expiry, use and consumer groups, never a value. */
export default defineKeyProbe<KeySample>([
  ['PING'],
  ['INFO'],
  ['READONLY'],
  ['SELECT'],
  ['SCAN'],
  ['CLIENT', 'NO-TOUCH'],
  ['TYPE'],
  ['PTTL'],
  ['STRLEN'],
  ['LLEN'],
  ['SCARD'],
  ['ZCARD'],
  ['HLEN'],
  ['XLEN'],
  ['MEMORY', 'USAGE'],
  ['OBJECT', 'ENCODING'],
  ['OBJECT', 'FREQ'],
  ['OBJECT', 'IDLETIME'],
  ['XINFO', 'GROUPS'],
  ['XINFO', 'CONSUMERS'],
]);
