/** A steady load of GET and SET over a few connections, from a thread of its own; tells its 99th percentile. */
import { connect } from 'node:net';
import { createHistogram } from 'node:perf_hooks';
import { parentPort, workerData } from 'node:worker_threads';
import { resp } from '../test/lab/lab.ts';

const { host, port, forMs } = workerData as { host: string; port: number; forMs: number };
const CONNECTIONS = 8;
const KEYS = 50_000;

const histogram = createHistogram();
const until = performance.now() + forMs;

await Promise.all(Array.from({ length: CONNECTIONS }, (_none, at) => drive(at)));
parentPort?.postMessage({ p99: histogram.percentile(99) / 1000, calls: histogram.count });

/** One request after the other, as an application's connection does. */
function drive(seed: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host);
    let call = seed * 7919;
    let sent = 0;
    const next = () => {
      if (performance.now() >= until) {
        socket.destroy();
        return resolve();
      }
      call += 1;
      sent = performance.now();
      const key = `key:${(call * 31) % KEYS}`;
      socket.write(call % 5 === 0 ? resp('SET', key, 'x'.repeat(200)) : resp('STRLEN', key));
    };
    socket.on('connect', next);
    socket.on('data', () => {
      histogram.record(Math.max(1, Math.round((performance.now() - sent) * 1_000_000)));
      next();
    });
    socket.on('error', reject);
  });
}
