import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { verifyChain } from '../../src/domain/audit-event.ts';
import { openStore } from '../../src/io/store/open-store.ts';

const WORKER = fileURLToPath(new URL('../support/crash-worker.ts', import.meta.url));

/** A full store: 20 MB of data under noeviction, a limit just above it, and refused writes. */
async function fullServer(): Promise<RedisServer> {
  const server = await startRedis({ args: ['--save', '', '--maxmemory-policy', 'noeviction'] });
  for (let at = 0; at < 20; at += 1) await server.send('SET', `filler:${at}`, 'x'.repeat(1024 * 1024));
  await server.send('CONFIG', 'SET', 'maxmemory', '20mb');
  return server;
}

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  output: string;
}

function worker(...words: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [WORKER, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk));
    child.on('close', (code, signal) => resolve({ code, signal, output }));
  });
}

async function configSets(server: RedisServer): Promise<number> {
  const stats = String(await server.send('INFO', 'commandstats'));
  return Number(/cmdstat_config\|set:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

async function story(
  boundary: number,
): Promise<{ killed: boolean; sent: number; state: string; intact: boolean; output: string }> {
  const server = await fullServer();
  const folder = await mkdtemp(join(tmpdir(), 'medic-crash-'));
  try {
    const before = await configSets(server);
    const first = await worker(folder, String(server.port), String(boundary), 'raise-maxmemory');
    const second = await worker(folder, String(server.port), '0', 'recover');
    const store = await openStore({ folder });
    const facts = await store.transaction(async (tx) => ({
      runs: await tx.runs({ limit: 10 }),
      events: await tx.auditEvents({ after: 0, limit: 1000 }),
    }));
    await store.close();
    return {
      killed: first.signal === 'SIGKILL',
      sent: (await configSets(server)) - before,
      state: `${facts.runs[0]?.state} ${facts.runs[0]?.verdict}`,
      intact: verifyChain(facts.events, []).kind === 'intact',
      output: `${first.output}${second.output}`,
    };
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

describe('a worker killed with SIGKILL at each boundary of a run', () => {
  // Claiming, looking, writing ahead, sending, storing the answer, verifying and concluding together pass fewer than this.
  const boundaries = Array.from({ length: 12 }, (_, at) => at + 1);

  test.concurrent.each(boundaries)(
    'boundary %i: after a restart it was sent once and is verified',
    { timeout: 120_000 },
    async (boundary) => {
      const told = await story(boundary);
      expect(told, told.output).toMatchObject({ sent: 1, state: 'finished verified', intact: true });
    },
  );

  test('without a death the same run passes that many boundaries at most', { timeout: 120_000 }, async () => {
    const told = await story(0);
    expect(told).toMatchObject({ killed: false, sent: 1, state: 'finished verified', intact: true });
    expect(Number(/boundaries (\d+)/.exec(told.output)?.[1])).toBeLessThanOrEqual(boundaries.length);
  });
});
