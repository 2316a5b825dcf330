/**
 * From the approving click to the first command at the server, in the pretend workspace: signed request, vote,
 * queue, claim, fingerprint check on the live servers, write-ahead, send. The bound of the project is 100 ms at the
 * median. The peer in the same run: one CONFIG SET by hand, a fresh connection and the command.
 */
import { connect } from 'node:net';
import { ALEX } from '../demo/cast.ts';
import { type RedisServer, startRedis } from '../demo/redis-server.ts';
import { keyOf } from '../demo/workspace/hands.ts';
import { openWhole } from '../test/support/whole.ts';

const ROUNDS = Number(process.argv[2] ?? 15);
const BOUND_MS = 100;

const store = await startRedis({ args: ['--maxmemory', '40mb', '--maxmemory-policy', 'noeviction'] });
for (let at = 0; at < 180; at += 1) await store.send('SET', `cart:${at}`, 'x'.repeat(200_000));
const bot = await openWhole([{ name: 'bench', servers: [store], purpose: 'store' }]);
try {
  const peer: number[] = [];
  const ours: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await store.send('CONFIG', 'SET', 'maxmemory', '40mb');
    peer.push(await timed(() => store.send('CONFIG', 'SET', 'maxmemory-samples', String(5 + (round % 2)))));
    ours.push(await approval(store, round));
  }
  print('approve click to first command', ours);
  print('peer: fresh connection + CONFIG SET', peer);
  const ratio = median(ours) / median(peer);
  process.stdout.write(
    `ratio of the medians ${ratio.toFixed(1)}; bound ${BOUND_MS} ms: ${median(ours) < BOUND_MS ? 'kept' : 'MISSED'}\n`,
  );
} finally {
  await bot.stop();
  await store.stop();
}

/** Asks for a diagnosis, waits for its proposal, clicks, and takes the time until the server is sent the new value. */
async function approval(server: RedisServer, round: number): Promise<number> {
  const { workspace } = bot;
  await workspace.slash({ user: ALEX, channel: 'redis-incidents', text: 'diagnose bench' });
  const card = await bot.card(/Raise maxmemory/);
  const seen = watchForChange(server);
  const clicked = performance.now();
  await bot.click(ALEX, card, 'approve');
  const took = (await seen) - clicked;
  await bot.message(/^run_\w+\/outcome$/, () => outcomes() > round);
  return took;

  function outcomes(): number {
    const roots = workspace.messages('redis-incidents');
    const all = roots.flatMap((root) => workspace.thread(root.ts));
    return all.filter((message) => String(keyOf(message)).endsWith('/outcome')).length;
  }
}

/** When the server first shows another maxmemory, in ms of performance.now(): asked over one connection, again and again. */
function watchForChange(server: RedisServer): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const socket = connect(server.port, server.host);
  const ask = () => socket.write('CONFIG GET maxmemory\r\n');
  let before: string | undefined;
  socket.on('connect', ask);
  socket.on('data', (chunk: Buffer) => {
    before ??= chunk.toString();
    if (chunk.toString() === before) return void setTimeout(ask, 1);
    resolve(performance.now());
    socket.destroy();
  });
  return promise;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function print(what: string, values: readonly number[]): void {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
  process.stdout.write(`${what}: p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, max ${at(1)} ms (n ${values.length})\n`);
}
