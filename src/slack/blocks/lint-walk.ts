import type { Surface } from './limits.ts';

export type Json = Readonly<Record<string, unknown>>;

/** What is carried along while blocks are checked. */
export interface Walk {
  surface: Surface;
  /** In the words that Slack puts into response_metadata.messages. */
  problems: string[];
  blockIds: Set<string>;
  /** Of the block that is being checked. */
  actionIds: Set<string>;
}

export function fail(walk: Walk, at: string, why: string): void {
  walk.problems.push(`[ERROR] ${why} [json-pointer:${at}]`);
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as a list of objects; anything else is reported. */
export function objects(walk: Walk, value: unknown, at: string, [min, max]: readonly [number, number]): Json[] {
  if (!Array.isArray(value)) {
    fail(walk, at, 'must be an array');
    return [];
  }
  if (value.length < min) fail(walk, at, `must have at least ${min} items`);
  if (value.length > max) fail(walk, at, `no more than ${max} items allowed`);
  return value.filter((item, index): item is Json => {
    if (isJson(item)) return true;
    fail(walk, `${at}/${index}`, 'must be an object');
    return false;
  });
}

/** A bare string; `undefined` is fine unless it is required. */
export function string(walk: Walk, value: unknown, at: string, max: number, required = false): void {
  if (value === undefined && !required) return;
  if (typeof value !== 'string') fail(walk, at, 'must be a string');
  else if (required && value === '') fail(walk, at, 'must be more than 0 characters');
  else if (value.length > max) fail(walk, at, `must be less than ${max + 1} characters`);
}

export function unknownKeys(walk: Walk, node: Json, at: string, known: readonly string[]): void {
  for (const key of Object.keys(node)) {
    if (!known.includes(key)) fail(walk, `${at}/${key}`, `unknown property "${key}"`);
  }
}
