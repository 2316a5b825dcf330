import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Address } from '../../src/domain/target.ts';

/** A network between somebody and a server that can be cut, silenced and healed. */
export interface Cuttable extends Address {
  /** Every connection breaks, and no new one is let in. */
  cut(): void;
  /** Connections that there are, and those that come meanwhile, stay and are dead for good: nothing passes any more. */
  silence(): void;
  /** New connections work. */
  heal(): void;
  stop(): Promise<void>;
}

interface Pair {
  near: Socket;
  far: Socket;
  dead: boolean;
}

/** Stands before a server on a loopback port of its own. */
export async function startCuttable(to: Address): Promise<Cuttable> {
  let state: 'open' | 'cut' | 'silent' = 'open';
  const pairs = new Set<Pair>();
  const server = createServer((near) => {
    near.on('error', () => undefined);
    if (state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(to.port, to.host);
    const pair: Pair = { near, far, dead: state === 'silent' };
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    far.on('error', end).on('close', end);
    near.on('close', end).on('data', (chunk: Buffer) => void (pair.dead || far.write(chunk)));
    far.on('data', (chunk: Buffer) => void (pair.dead || near.write(chunk)));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const breakAll = () => {
    for (const { near, far } of pairs) {
      near.destroy();
      far.destroy();
    }
  };
  return {
    host: '127.0.0.1',
    port: address.port,
    cut() {
      state = 'cut';
      breakAll();
    },
    silence() {
      state = 'silent';
      for (const pair of pairs) pair.dead = true;
    },
    heal() {
      state = 'open';
    },
    async stop() {
      breakAll();
      server.close();
      await once(server, 'close');
    },
  };
}
