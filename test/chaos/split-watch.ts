import { setTimeout as sleep } from 'node:timers/promises';
import { sendTo } from '../../demo/redis-server.ts';
import { type Address, nodeName } from '../../src/domain/target.ts';

const EVERY_MS = 50;

/** In a cluster all that is written lies in one slot, of the first of three shards: it has one primary at a time. */
export const SLOT_TAG = '{w}';

/** Looks again and again whether two servers take writes at one time. */
export interface SplitWatch {
  /** Each time that two did, for people. */
  stop(): Promise<string[]>;
}

/** `allowed`: until only one has taken writes for the first time, as it is a split brain that is repaired. */
export function watchForSplit(servers: readonly Address[], allowed: boolean): SplitWatch {
  const seen = new Set<string>();
  let [going, forgiving] = [true, allowed];
  const watching = (async () => {
    while (going) {
      const takers = await takingWrites(servers);
      if (takers.length < 2) forgiving = false;
      // In a hand-over one after the other takes them; both twice, in turns, is two at one time.
      else if (!forgiving && (await takingWrites(takers)).length >= 2) seen.add(takers.map(nodeName).join(' and '));
      await sleep(EVERY_MS);
    }
  })();
  return {
    async stop() {
      going = false;
      await watching;
      return [...seen].map((names) => `${names} took writes at one time`);
    },
  };
}

/** Those that accept a write now, asked one after the other. */
export async function takingWrites(servers: readonly Address[]): Promise<Address[]> {
  const takers: Address[] = [];
  for (const server of servers) {
    const reply = await sendTo(server, ['SET', `${SLOT_TAG}split-watch`, '1']).catch(() => undefined);
    if (reply === 'OK') takers.push(server);
  }
  return takers;
}
