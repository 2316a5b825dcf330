import type { Target } from '../domain/target.ts';
import { NO_PAST, type Past } from '../flow/past.ts';
import type { Chosen } from './choose-target.ts';
import type { Terminal } from './render/terminal.ts';

/** What the bot has kept of a target in its database, or why that cannot be had. */
type ReadPast = (databaseUrl: string, target: Target) => Promise<Past | string>;

export interface PastDeps {
  readPast: ReadPast;
  err: Terminal;
}

/**
 * What a look at the target begins from; where a window of its own is asked for, only the series. Without a database
 * there are two samples and no trends, which is no reason to fail.
 */
export async function pastFor(
  { readPast, err }: PastDeps,
  { target, databaseUrl }: Chosen,
  { forMs }: { forMs?: number },
): Promise<Past> {
  if (databaseUrl === undefined) return NO_PAST;
  const past = await readPast(databaseUrl, target);
  if (typeof past !== 'string') return forMs === undefined ? past : { ...NO_PAST, series: past.series };
  err.write(`What the bot has seen before is not known: ${past}\n`);
  return NO_PAST;
}
