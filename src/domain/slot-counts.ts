import { SLOTS, type SlotRange } from './cluster.ts';

/** How many keys lie in each slot, as text: `5461:3,0,12;16383:1`, each run from its first slot on. */
export function printSlotCounts(counts: Uint32Array): string {
  const runs: string[] = [];
  let run: number[] = [];
  for (let slot = 0; slot <= SLOTS; slot += 1) {
    const count = counts[slot] ?? 0;
    if (count > 0) run.push(count);
    else if (run.length > 0) {
      runs.push(`${slot - run.length}:${run.join(',')}`);
      run = [];
    }
  }
  return runs.join(';');
}

/** How many of the keys lie in these slots. */
export function keysInSlots(text: string, ranges: readonly SlotRange[]): number {
  let keys = 0;
  for (const run of text.split(';').filter(Boolean)) {
    const [first, counts = ''] = run.split(':');
    for (const [at, count] of counts.split(',').entries()) {
      const slot = Number(first) + at;
      if (ranges.some(({ from, to }) => slot >= from && slot <= to)) keys += Number(count);
    }
  }
  return keys;
}
