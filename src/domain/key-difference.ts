import { type Reply, ReplyError } from './command.ts';
import type { RdbKey } from './rdb.ts';

/** Of a server that tells only how far an expiry is. */
const CLOCK_MS = 5000;

/** What a server shows of a key. */
export interface ShownKey {
  /** Replies to TYPE and PTTL. */
  type: Reply | undefined;
  left: Reply | undefined;
  /** Of its content, where that was looked at. */
  digest?: string | undefined;
}

/** In what a key of a server is not as in a file; `now` by the server's clock, undefined where that is not known. */
export function differenceOf(
  key: RdbKey,
  { type, left, digest }: ShownKey,
  now: number | undefined,
): string | undefined {
  if (type === 'none') return 'it is not there';
  if (type instanceof ReplyError) return `it cannot be asked for: ${type.message}`;
  if (typeof type !== 'string') return 'the server does not say what it is';
  if (key.kind !== 'module' && type !== key.kind) return `it is a ${type}, not a ${key.kind}`;
  const expires = typeof left === 'number' && left >= 0;
  if (expires !== (key.expiresAt !== undefined))
    return expires ? 'it has an expiry and should have none' : 'it has lost its expiry';
  if (expires && key.expiresAt !== undefined && now !== undefined && Math.abs(now + left - key.expiresAt) > CLOCK_MS)
    return 'its expiry is another';
  return key.digest !== undefined && digest !== undefined && digest !== key.digest ? 'its value is another' : undefined;
}
