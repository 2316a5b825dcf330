/**
 * Memory of the process while the keys of a backup are put back one by one: many small ones, and one of 450 MB. The bound of
 * the project is on what that adds: less than 100 MB.
 * Argument: how many keys of 1 KB, 300000 by default.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type RedisServer, startRedis } from '../demo/redis-server.ts';
import { takeBackup } from '../src/flow/backup/take.ts';
import { plainTarget } from '../test/support/target.ts';
import { startWorks } from '../test/support/works.ts';
import { fillWithTexts } from './fill.ts';

const KEYS = Number(process.argv[2] ?? 300_000);
const LARGE_BYTES = 450_000_000;
const MOST_MEGABYTES = 100;

const run = promisify(execFile);
const worker = fileURLToPath(new URL('keys-worker.ts', import.meta.url));
const works = await startWorks();
const source = await startRedis({ args: ['--rdbcompression', 'no'] });
try {
  await fillWithTexts(source, KEYS);
  await putBack(`${KEYS} keys of 1 KB`);
  await source.send('FLUSHALL');
  await source.send('SETRANGE', 'large', String(LARGE_BYTES), 'x');
  await putBack('one key of 450 MB');
} finally {
  await source.stop();
  await works.close();
}

async function putBack(what: string): Promise<void> {
  const into = await startRedis();
  try {
    const id = await backUp(source);
    const { stdout } = await run(process.execPath, [worker, String(into.port), works.folder, id]);
    const { seconds, resting, added } = JSON.parse(stdout) as { seconds: number; resting: number; added: number };
    const kept = added < MOST_MEGABYTES ? 'kept' : 'MISSED';
    process.stdout.write(
      `${what}: ${seconds.toFixed(1)} s, ${added} MB more than the ${resting} MB at rest; bound ${MOST_MEGABYTES} MB: ${kept}\n`,
    );
  } finally {
    await into.stop();
  }
}

async function backUp(server: RedisServer): Promise<string> {
  const target = plainTarget({ seeds: [server] });
  const taken = await takeBackup(works.works, { target, node: server, reason: { kind: 'manual' } });
  if (taken.kind === 'failed') throw new Error(taken.because);
  return taken.backup.id;
}
