import { setTimeout as sleep } from 'node:timers/promises';
import type { Startable } from '../../demo/redis-binary.ts';
import { freePort, type RedisServer, startRedis } from '../../demo/redis-server.ts';
import { ReplyError } from '../../src/domain/command.ts';
import { entriesIn } from '../../src/domain/sentinel.ts';
import type { Address } from '../../src/domain/target.ts';

export const MASTER = 'mymaster';

export interface Watching {
  primary: Address;
  /** So many Sentinels; 3 when absent. */
  count?: number;
  quorum?: number;
  downAfterMs?: number;
  failoverTimeoutMs?: number;
  /** More lines for each of their files, without the word `sentinel`. */
  lines?: readonly string[];
  args?: readonly string[];
  binary?: Startable;
}

/** A Sentinel that can be started again after it was killed, on its port and with what it knew. */
export interface WatchingServer extends RedisServer {
  revive: () => Promise<RedisServer>;
}

/** Sentinels that know each other from the start, instead of only after some rounds of greetings. */
export async function startSentinels(watching: Watching): Promise<WatchingServer[]> {
  const { primary, count = 3, quorum = 2, downAfterMs = 1000, failoverTimeoutMs = 3000 } = watching;
  const { lines = [], args = [], binary } = watching;
  const ids = Array.from({ length: count }, (_none, at) => String(at + 1).repeat(40));
  const ports = await Promise.all(ids.map(() => freePort()));
  return Promise.all(
    ids.map(async (id, at) => {
      const options = {
        ...(binary && { binary }),
        args,
        port: ports[at] ?? 0,
        sentinel: [
          `myid ${id}`,
          `monitor ${MASTER} ${primary.host} ${primary.port} ${quorum}`,
          `down-after-milliseconds ${MASTER} ${downAfterMs}`,
          `failover-timeout ${MASTER} ${failoverTimeoutMs}`,
          ...ids.flatMap((other, peer) =>
            other === id ? [] : [`known-sentinel ${MASTER} ${primary.host} ${ports[peer]} ${other}`],
          ),
          ...lines,
        ],
      };
      const server = await startRedis(options);
      return { ...server, revive: () => startRedis({ ...options, dir: server.dir }) };
    }),
  );
}

/** Waits until this Sentinel reports so many replicas whose INFO it has read, and has a link to everybody. */
export async function settled(sentinel: RedisServer, replicas: number): Promise<void> {
  await eventually(async () => {
    const [seen, peers] = await Promise.all([
      sentinel.send('SENTINEL', 'REPLICAS', MASTER),
      sentinel.send('SENTINEL', 'SENTINELS', MASTER),
    ]);
    const [slaves, others] = [entriesIn(seen), entriesIn(peers)];
    const linked = [...slaves, ...others].every(({ flags }) => flags.length === 1);
    return slaves.length === replicas && linked && slaves.every((one) => one.text('master-link-status') === 'ok');
  });
}

/** Waits until a Sentinel's answer, as JSON or as the message of its error, satisfies this. */
export async function until(
  sentinel: RedisServer,
  command: readonly [string, ...string[]],
  fits: (text: string) => boolean,
): Promise<void> {
  await eventually(async () => {
    const reply = await sentinel.send(...command);
    return fits(reply instanceof ReplyError ? reply.message : JSON.stringify(reply));
  });
}

async function eventually(check: () => Promise<boolean>): Promise<void> {
  for (let left = 1200; left > 0; left -= 1) {
    if (await check()) return;
    await sleep(50);
  }
  throw new Error('it did not come to that within 60 s');
}
