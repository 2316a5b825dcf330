import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from '../../../src/domain/target.ts';
import { pipeline, resp, type Scenario } from '../lab.ts';

const STORE = ['--appendonly', 'yes', '--maxmemory', '500mb'];

/** A connection for one command. */
async function shortLived(to: Address): Promise<void> {
  const socket = connect(to.port, to.host);
  socket.on('error', () => undefined);
  socket.write(resp('PING'));
  await once(socket, 'data');
  socket.destroy();
}

/** How clients connect, stay, wait and are answered. */
export const connections: readonly Scenario[] = [
  {
    name: 'a program connects for each command',
    finds: { 'connection-churn': 'warning' },
    target: { purpose: 'store' },
    async arrange(lab) {
      const on = await lab.start(STORE);
      for (let left = 8; left > 0; left -= 1) lab.keepDoing(() => shortLived(on));
      return [on];
    },
  },
  {
    name: 'a program opens connections and forgets them',
    finds: { 'idle-connection-leak': 'warning' },
    target: { purpose: 'store', thresholds: { 'idle-connection-leak': { idle_seconds: 0 } } },
    async arrange(lab) {
      const on = await lab.start(STORE);
      for (let left = 120; left > 0; left -= 1) await lab.socket(on, 'billing');
      await sleep(1000);
      return [on];
    },
  },
  {
    name: 'somebody paused the writers',
    finds: { 'clients-paused': 'warning' },
    target: { purpose: 'store' },
    seconds: 1.5,
    async arrange(lab) {
      const on = await lab.start(STORE);
      await on.send('CLIENT', 'PAUSE', '60000', 'WRITE');
      const writer = await lab.socket(on, 'web');
      writer.write(resp('SET', 'k', 'v'));
      await lab.until(on, 'blocked_clients', '1');
      return [on];
    },
  },
  {
    name: 'writers wait for replicas that are not there',
    finds: { 'blocked-clients-high': 'warning' },
    target: { purpose: 'store', thresholds: { 'blocked-clients-high': { wait_seconds: 1 } } },
    seconds: 1.5,
    async arrange(lab) {
      const on = await lab.start(STORE);
      for (let left = 4; left > 0; left -= 1) {
        const writer = await lab.socket(on, 'orders');
        writer.write(resp('SET', 'order', String(left)) + resp('WAIT', '2', '0'));
      }
      await lab.until(on, 'blocked_clients', '4');
      return [on];
    },
  },
  {
    name: 'documents of 5 MB are read again and again',
    finds: { 'large-replies': 'warning' },
    root: ['large-replies', 'big-key'],
    besides: ['big-key', 'network-saturated', 'engine-cpu-saturated', 'event-loop-saturated'],
    target: { purpose: 'store' },
    async arrange(lab) {
      const on = await lab.start(STORE);
      await pipeline(on, [['SET', 'catalogue', 'x'.repeat(5_000_000)]]);
      const reader = await lab.socket(on, 'web');
      reader.resume();
      lab.keepDoing(async () => void reader.write(resp('GET', 'catalogue')), 60);
      return [on];
    },
  },
  {
    name: 'sixty clients with names that work steadily',
    finds: {},
    target: { purpose: 'store' },
    async arrange(lab) {
      const on = await lab.start(STORE);
      const sockets = await Promise.all(Array.from({ length: 60 }, (_none, at) => lab.socket(on, `web-${at}`)));
      for (const socket of sockets) socket.resume();
      lab.keepDoing(async () => {
        for (const [at, socket] of sockets.entries()) {
          socket.write(resp('SET', `k${at}`, 'v') + resp('GET', `k${at}`));
        }
      }, 40);
      return [on];
    },
  },
  {
    name: 'a deployment: two hundred clients connect and stay',
    finds: {},
    target: { purpose: 'store' },
    async arrange(lab) {
      const on = await lab.start(STORE);
      let left = 200;
      lab.keepDoing(async () => {
        if (left > 0) await lab.socket(on, `web-${left}`);
        left -= 1;
      });
      return [on];
    },
  },
];
