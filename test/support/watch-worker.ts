/**
 * One process that watches a server: store and queue on a PostgreSQL, until it is killed.
 * Arguments: URL of the database, an empty folder, redis port.
 */
import { targetFromUrl } from '../../src/domain/redis-url.ts';
import { makeWatch } from '../../src/flow/watch/watch.ts';
import { openQueue } from '../../src/io/queue.ts';
import { openStore } from '../../src/io/store/open-store.ts';
import { realPorts } from './real-ports.ts';

const [databaseUrl = '', folder = '', port = ''] = process.argv.slice(2);
const store = await openStore({ databaseUrl, folder });
const ports = await realPorts(store, [targetFromUrl(`redis://127.0.0.1:${port}`)], []);
const queue = await openQueue({ database: store.database, log: ports.log });
const watch = makeWatch(ports, { everySeconds: 1, keepSeconds: 3600, raiseAfterSeconds: 60 });
await queue.work({
  run: async () => undefined,
  diagnose: async () => undefined,
  keys: async () => undefined,
  backup: async () => undefined,
  async watch(slot, lengthMs) {
    process.stdout.write('window\n');
    await watch.window(slot, lengthMs);
  },
});
await queue.watch(watch.windowMs);
