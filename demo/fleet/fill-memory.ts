import { randomBytes } from 'node:crypto';
import { parseInfo } from '../../src/domain/info.ts';
import type { Breakage } from './incident.ts';
import { CACHE_MAXMEMORY, type Servers } from './servers.ts';

const VALUE_BYTES = 64 * 1024;
const BURST = 40;
const TRICKLE = 2;
const BURST_MS = 200;
/** The job has this much more to write than the limit allows; a raised limit is not filled again. */
const WANTS = 1.03;

/** A job that writes too much: it fills the cache to its limit, then keeps writing at a low rate. */
export function fillMemory({ primary, replicas }: Servers): Breakage {
  const value = randomBytes(VALUE_BYTES / 2).toString('hex');
  let timer: NodeJS.Timeout | undefined;
  let written = 0;
  let full = false;

  async function burst(): Promise<void> {
    const info = parseInfo(await primary.client.info('memory'));
    const used = (info.number('used_memory') ?? 0) - (info.number('mem_not_counted_for_evict') ?? 0);
    if (used > CACHE_MAXMEMORY * WANTS) return;
    const batch = primary.client.pipeline();
    for (let count = 0; count < (full ? TRICKLE : BURST); count += 1) {
      batch.set(`report:export:${written + count}`, value);
    }
    for (const [error] of (await batch.exec()) ?? []) {
      if (error?.message.startsWith('OOM')) full = true;
      else if (error === null) written += 1;
    }
  }

  async function heal(): Promise<void> {
    clearInterval(timer);
    timer = undefined;
    for (let from = 0; from < written + BURST; from += 500) {
      await primary.client.unlink(Array.from({ length: 500 }, (_, at) => `report:export:${from + at}`));
    }
    written = 0;
    full = false;
    // As it was at the start, so that the next Break fills it in seconds again.
    for (const { client } of [primary, ...replicas]) await client.config('SET', 'maxmemory', CACHE_MAXMEMORY);
  }

  return {
    id: 'memory',
    target: 'prod-cache',
    title: 'Out of memory',
    how: 'An export job writes until maxmemory is reached. Writes get OOM errors.',
    async break() {
      await burst();
      timer ??= setInterval(() => void burst().catch(() => undefined), BURST_MS);
    },
    broken: async () => timer !== undefined,
    heal,
    stop: () => clearInterval(timer),
  };
}
