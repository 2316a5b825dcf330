import { z } from 'zod';
import { parseBitRate, parseDuration, parseSize } from '../domain/quantity.ts';

/** A text that `parse` turns into a value, or a mistake that says how to write it. */
export function read<T>(parse: (text: string) => T | undefined, expected: string): z.ZodType<T> {
  return z.string(expected).transform((text, context) => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}

export const Seconds = read((text) => {
  const ms = parseDuration(text);
  return ms === undefined ? undefined : ms / 1000;
}, 'expected a duration with its unit: 500ms, 2s, 10m, 1h, 1d');

export const Bytes = read(parseSize, 'expected a size with its unit: 512mb, 2gb');

export const BitRate = read(parseBitRate, 'expected a rate with its unit: 500mbit, 10gbit');

/** Seconds, from one duration to another. */
export function between(least: string, most: string): z.ZodType<number> {
  const [from = 0, to = 0] = [least, most].map(parseDuration);
  return read((text) => {
    const ms = parseDuration(text);
    return ms === undefined || ms < from || ms > to ? undefined : ms / 1000;
  }, `expected a duration from ${least} to ${most}`);
}
