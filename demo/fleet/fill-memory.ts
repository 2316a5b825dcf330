import { randomBytes } from 'node:crypto';
import type { Breakage } from './incident.ts';
import { CACHE_MAXMEMORY, type Servers } from './servers.ts';

const VALUE_BYTES = 64 * 1024;
const BURST = 40;
const BURST_MS = 200;
/** Room that expired keys leave is filled too; beyond this no more is added, so a raised limit is not filled again. */
const OVERFILL = 1.02;

/** A job that writes too much: it fills the cache to its limit, then keeps writing at a low rate. */
export function fillMemory({ primary, replicas }: Servers): Breakage {
  const value = randomBytes(VALUE_BYTES / 2).toString('hex');
  let timer: NodeJS.Timeout | undefined;
  let written = 0;
  let ceiling = Number.POSITIVE_INFINITY;

  async function burst(): Promise<void> {
    const filling = ceiling === Number.POSITIVE_INFINITY;
    const batch = primary.client.pipeline();
    for (let count = 0; count < (filling ? BURST : 2); count += 1) {
      const key = written + count < ceiling ? written + count : Math.floor(Math.random() * written);
      batch.set(`report:export:${key}`, value);
    }
    for (const [error] of (await batch.exec().catch(() => null)) ?? []) {
      if (error === null) written = Math.min(written + 1, ceiling);
      else if (error.message.startsWith('OOM') && filling) ceiling = Math.ceil(written * OVERFILL);
    }
  }

  async function heal(): Promise<void> {
    clearInterval(timer);
    timer = undefined;
    for (let from = 0; from < written + BURST; from += 500) {
      await primary.client.unlink(Array.from({ length: 500 }, (_, at) => `report:export:${from + at}`));
    }
    written = 0;
    ceiling = Number.POSITIVE_INFINITY;
    // As it was at the start, so that the next Break fills it in seconds again.
    for (const { client } of [primary, ...replicas]) await client.config('SET', 'maxmemory', CACHE_MAXMEMORY);
  }

  return {
    id: 'memory',
    target: 'prod-cache',
    title: 'Out of memory',
    how: 'An export job writes until maxmemory is reached. Writes get OOM errors.',
    async break() {
      timer ??= setInterval(() => void burst(), BURST_MS);
      await burst();
    },
    heal,
    stop: () => clearInterval(timer),
  };
}
