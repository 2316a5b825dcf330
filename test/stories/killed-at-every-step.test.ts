import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { verifyChain } from '../../src/domain/audit-event.ts';
import { readAnchors } from '../../src/io/store/anchors.ts';
import { openStore } from '../../src/io/store/open-store.ts';
import { answer } from '../support/answer.ts';
import { scratchDatabase } from '../support/databases.ts';
import { crashWorker } from '../support/run-crash-worker.ts';

/** A full store: 20 MB of data under noeviction, a limit just above it, and refused writes. */
async function fullServer(): Promise<RedisServer> {
  const server = await startRedis({ args: ['--save', '', '--maxmemory-policy', 'noeviction'] });
  for (let at = 0; at < 20; at += 1) await server.send('SET', `filler:${at}`, 'x'.repeat(1024 * 1024));
  await server.send('CONFIG', 'SET', 'maxmemory', '20mb');
  return server;
}

/** How often a command was called on a server so far. */
function callsOf(command: string): (server: RedisServer) => Promise<number> {
  return async (server) => {
    const stats = await answer(server, 'INFO', 'commandstats');
    return Number(new RegExp(`cmdstat_${command.replace('|', '\\|')}:calls=(\\d+)`).exec(stats)?.[1] ?? 0);
  };
}

const configSets = callsOf('config|set');

interface Told {
  killed: boolean;
  sent: number;
  state: string;
  note: string | null;
  intact: boolean;
  output: string;
}

/** One worker dies at a boundary of a run of this playbook, the next one takes the run over; the server ends with it. */
async function story(
  server: RedisServer,
  playbook: string,
  boundary: number | string,
  sends = configSets,
): Promise<Told> {
  try {
    return await dieAndRecover(server, playbook, boundary, sends);
  } finally {
    await server.stop();
  }
}

async function dieAndRecover(
  server: RedisServer,
  playbook: string,
  boundary: number | string,
  sends: (server: RedisServer) => Promise<number>,
): Promise<Told> {
  const folder = await scratchDatabase();
  const before = await sends(server);
  const first = await crashWorker(folder, String(server.port), String(boundary), playbook);
  const second = await crashWorker(folder, String(server.port), '0', 'recover');
  const store = await openStore({ folder });
  const { runs, events } = await store.transaction(async (tx) => ({
    runs: await tx.runs({ limit: 10 }),
    events: await tx.auditEvents({ after: 0, limit: 1000 }),
  }));
  await store.close();
  const [run] = runs;
  return {
    killed: first.signal === 'SIGKILL',
    sent: (await sends(server)) - before,
    state: `${run?.state} ${run?.verdict}`,
    note: run?.note ?? null,
    intact: verifyChain(events, await readAnchors(folder)).kind === 'intact',
    output: `${first.output}${second.output}`,
  };
}

describe('a worker killed with SIGKILL at each boundary of a run', { timeout: 120_000 }, () => {
  // Claiming, looking, writing ahead, sending, storing the answer, verifying and concluding together pass fewer than this.
  const boundaries = Array.from({ length: 12 }, (_, at) => at + 1);

  test.concurrent.each(boundaries)(
    'boundary %i: after a restart it was sent once and is verified',
    async (boundary) => {
      const server = await fullServer();
      const told = await story(server, 'raise-maxmemory', boundary);
      expect(told).toMatchObject({ sent: 1, state: 'finished verified', intact: true });
    },
  );

  test('without a death the same run passes that many boundaries at most', async () => {
    const server = await fullServer();
    const told = await story(server, 'raise-maxmemory', 0);
    expect(told).toMatchObject({ killed: false, sent: 1, state: 'finished verified', intact: true });
    expect(Number(/boundaries (\d+)/.exec(told.output)?.[1])).toBeLessThanOrEqual(boundaries.length);
  });

  test.each([
    { when: 'before it was sent', boundary: 'sending', sent: 0 },
    { when: 'after it was sent', boundary: 'sent', sent: 1 },
  ])('a command that leaves no trace, killed $when: unknown, and a person is asked', async (row) => {
    const server = await startRedis({ args: ['--save', '3600 1'] });
    const blocker = join(server.dir, 'dump.rdb');
    await server.send('SET', 'order', '1');
    await mkdir(blocker);
    await server.send('BGSAVE');
    await expect.poll(() => answer(server, 'INFO', 'persistence')).toMatch(/rdb_last_bgsave_status:err/);
    await rmdir(blocker);
    const told = await story(server, 'bgsave', row.boundary, callsOf('bgsave'));
    expect(told).toMatchObject({ killed: true, sent: row.sent, state: 'unknown null', intact: true });
    expect(told.note).toMatch(/Look at the server before anything else is run/);
  });
});
