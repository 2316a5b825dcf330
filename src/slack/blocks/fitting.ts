import type { KnownBlock } from '@slack/types';
import { LIMITS } from './limits.ts';

/** The first form that stays within the message budget; the last form when none does, so it must be the smallest. */
export function fitting<L>(levels: readonly [L, ...L[]], build: (level: L) => KnownBlock[]): KnownBlock[] {
  let blocks: KnownBlock[] = [];
  for (const level of levels) {
    blocks = build(level);
    if (JSON.stringify(blocks).length <= LIMITS.messageBudget) break;
  }
  return blocks;
}

/** As many of the items as fit into `room` characters of JSON, and how many were left out. */
export function take<T>(items: readonly T[], room: number): { shown: T[]; left: number } {
  let used = 0;
  const over = items.findIndex((item) => {
    used += JSON.stringify(item).length;
    return used > room;
  });
  const shown = over === -1 ? [...items] : items.slice(0, over);
  return { shown, left: items.length - shown.length };
}
