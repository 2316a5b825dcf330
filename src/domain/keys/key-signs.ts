import type { KeySign, Span } from '../action.ts';

/** A key as the plan saw it. */
interface SeenKey {
  key: string;
  bytes: number;
  /** Null when it never expires. */
  ttlMs: number | null;
}

/** Signs are asked with the very words that the plan asked with, so that no login needs more for them. */
export const ttlOf = (key: string) => ['PTTL', key] as const;
export const sizeOf = (key: string) => ['MEMORY', 'USAGE', key, 'SAMPLES', '5'] as const;

/** PTTL of a key that never expires. */
const NEVER: Span = { from: -1, to: -1 };

/** That a key is gone; what is there with less than half of its bytes may be one that was made anew. */
export function goneSign({ key, bytes }: SeenKey): KeySign {
  return { ask: sizeOf(key), applied: { to: 0 }, before: { from: Math.max(1, Math.ceil(bytes / 2)) } };
}

/** That a key expires by then, which is sooner than it did. */
export function expirySign({ key, ttlMs }: SeenKey, ms: number): KeySign {
  return { ask: ttlOf(key), applied: { from: 0, to: ms }, before: ttlMs === null ? NEVER : { from: ms + 1 } };
}

/** That it expires again as it did before. */
export function expiryBackSign({ key, ttlMs }: SeenKey, ms: number): KeySign {
  return { ask: ttlOf(key), applied: ttlMs === null ? NEVER : { from: ms + 1 }, before: { from: 0, to: ms } };
}

/** That a stream is shorter than it was. */
export function shorterSign(key: string, length: number): KeySign {
  return { ask: ['XLEN', key], applied: { to: length - 1 }, before: { from: length } };
}

/** What a reply says of the command: it was applied, it was not, or neither. */
export function signSays({ applied, before }: KeySign, reply: number): 'applied' | 'not-applied' | 'unclear' {
  if (within(applied, reply)) return 'applied';
  return within(before, reply) ? 'not-applied' : 'unclear';
}

function within({ from = -Infinity, to = Infinity }: Span, value: number): boolean {
  return from <= value && value <= to;
}
