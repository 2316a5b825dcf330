import type { Ports } from '../ports.ts';

/** Every sample of the last hour or two is kept; what is older is packed, hour by hour. */
const FULL_MS = 3_600_000;

/** Node-hours at a time: each is a transaction of its own, as others wait for it. */
const AT_ONCE = 50;

/** Packs what is old and drops what is too old. For a timer. */
export async function tidySeries({ store, clock }: Pick<Ports, 'store' | 'clock'>, keepMs: number): Promise<void> {
  const now = clock.now();
  const packOne = () => store.transaction((tx) => tx.packSeries(now - FULL_MS));
  for (let packed = 0; packed < AT_ONCE && (await packOne()); packed += 1);
  await store.transaction((tx) => tx.dropSeries(now - keepMs));
}
