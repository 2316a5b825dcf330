import { setTimeout as sleep } from 'node:timers/promises';

/** Waiting for less than this is not worth a timer. */
const SHORTEST_MS = 5;

/** Lets so many bytes a second through, on average over all so far. */
export function pace(bytesPerSecond: number | undefined, signal?: AbortSignal): (bytes: number) => Promise<void> {
  if (bytesPerSecond === undefined) return () => Promise.resolve();
  const began = performance.now();
  let passed = 0;
  return async (bytes) => {
    passed += bytes;
    const ahead = (passed / bytesPerSecond) * 1000 - (performance.now() - began);
    // A call that is off ends the link, and whoever reads it hears why.
    if (ahead >= SHORTEST_MS) await sleep(ahead, undefined, { ...(signal && { signal }) }).catch(() => undefined);
  };
}
