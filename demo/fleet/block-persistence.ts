import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Breakage } from './incident.ts';
import type { Servers } from './servers.ts';

const SAVE_TRIES = 20;

/** A folder in the place of the snapshot file: the rename at the end of BGSAVE fails, for root too. */
export function blockPersistence({ orders }: Servers): Breakage {
  const file = join(orders.server.dir, 'dump.rdb');

  async function save(): Promise<void> {
    for (let left = SAVE_TRIES; left > 0; left -= 1) {
      const refused = await orders.client.bgsave().then(
        () => '',
        (error: Error) => error.message,
      );
      // Another save may be under way.
      if (!refused.includes('in progress')) return;
      await sleep(100);
    }
  }

  return {
    id: 'persistence',
    target: 'prod-orders',
    title: 'Persistence blocked',
    how: 'A folder takes the place of dump.rdb, so BGSAVE fails. Writes get MISCONF errors.',
    async break() {
      await rm(file, { recursive: true, force: true });
      await mkdir(join(file, 'lost+found'), { recursive: true });
      await save();
    },
    broken: async () => (await stat(file).catch(() => undefined))?.isDirectory() ?? false,
    async heal() {
      await rm(file, { recursive: true, force: true });
      await orders.client.config('SET', 'stop-writes-on-bgsave-error', 'yes');
      await save();
    },
    stop: () => undefined,
  };
}
