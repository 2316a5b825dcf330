import type { Info } from './info.ts';
import { KEPT_FIELDS } from './kept-fields.ts';
import type { Role, ServerIdentity } from './server.ts';

/** One moment of one server as `watch` keeps it: enough for trends and baselines, small enough for two days. */
export interface Point {
  /** Epoch ms. */
  at: number;
  /** A new one means that the server restarted, so that counters began again. */
  runId: string;
  role: Role;
  /** Of the data that it holds: a new one after a failover, a full sync from elsewhere or a restart. */
  replId?: string;
  /** Fields of INFO by their own names (kept-fields.ts); one that the version lacks is missing. */
  values: Readonly<Record<string, number>>;
}

/** What is kept of a sample. */
export function pointOf(at: number, identity: ServerIdentity, info: Info): Point {
  const values: Record<string, number> = {};
  for (const field of KEPT_FIELDS) {
    const value = info.number(field);
    if (value !== undefined) values[field] = thousandths(value);
  }
  const { runId, role } = identity;
  const replId = info.text('master_replid');
  return { at, runId, role, ...(replId !== undefined && { replId }), values };
}

/** How a counter grew between two points, per second; undefined across a restart, a reset, or where it is missing. */
export function rateBetween(before: Point, after: Point, field: string): number | undefined {
  const [then, now] = [before.values[field], after.values[field]];
  const seconds = (after.at - before.at) / 1000;
  if (then === undefined || now === undefined || now < then || seconds <= 0) return undefined;
  return before.runId === after.runId ? (now - then) / seconds : undefined;
}

/** Enough for every field of INFO that is not a whole number, and short as text. */
export function thousandths(value: number): number {
  return Number.isInteger(value) ? value : Math.round(value * 1000) / 1000;
}

/** How a counter of this process grew between the earliest point that was kept after `since` (epoch ms) and the newest. */
export function growthSince(
  history: readonly Point[],
  runId: string,
  field: string,
  since: number,
): { by: number; seconds: number } | undefined {
  const own = history.filter((point) => point.runId === runId && point.at >= since);
  const [first, last] = [own[0], own.at(-1)];
  const [then, now] = [first?.values[field], last?.values[field]];
  if (!first || !last || then === undefined || now === undefined || now < then || last.at === first.at)
    return undefined;
  return { by: now - then, seconds: (last.at - first.at) / 1000 };
}
