import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';

const NOTICED_MS = 50;

const lateAt = new Float64Array(new SharedArrayBuffer(8));
new Worker(new URL('metronome.ts', import.meta.url), { workerData: { lateAt } }).unref();

/** Whether the machine stood still since then, or let one of these servers wait for a core. */
export async function paused(since: number, pids: readonly number[]): Promise<boolean> {
  const waited = await Promise.all(pids.map(waitedMs));
  return (lateAt[0] ?? 0) >= since || waited.some((ms) => ms > NOTICED_MS);
}

/** How long a process was ready to run and got no core; 0 where the kernel does not tell. */
async function waitedMs(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => '');
  return Number(text.split(' ')[1] ?? 0) / 1e6;
}
