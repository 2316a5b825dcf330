import type { Ports } from '../ports.ts';
import { type Claim, objectionNow } from './claim.ts';

/** How often it is asked whether to go on, in ms. */
const EVERY_MS = 1000;

/** What people say while something takes its time. */
export interface Heed {
  /** Aborted when the run must stop, or is not ours any more. */
  signal: AbortSignal;
  /** Rests, at most until the run must stop: a string says why. Throws when it is not ours any more. */
  rest: (ms: number) => Promise<string | undefined>;
}

/** A person cancelled the run or paused running. */
class CalledOff extends Error {}

/** Does something that takes its time, and meanwhile watches whether the run is cancelled, paused or lost. */
export async function heeding<T>(ports: Ports, claim: Claim, work: (heed: Heed) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const { signal } = stop;
  const watching = watch(ports, claim, stop);
  const rest: Heed['rest'] = async (ms) => {
    await ports.clock.sleep(ms, signal).catch(() => undefined);
    if (signal.reason instanceof CalledOff) return signal.reason.message;
    signal.throwIfAborted();
    return undefined;
  };
  try {
    return await work({ signal, rest });
  } finally {
    stop.abort(new Error('the work has ended'));
    await watching;
  }
}

async function watch(ports: Ports, claim: Claim, stop: AbortController): Promise<void> {
  for (;;) {
    await ports.clock.sleep(EVERY_MS, stop.signal).catch(() => undefined);
    if (stop.signal.aborted) return;
    try {
      const because = await ports.store.transaction((tx) => objectionNow(ports, tx, claim));
      if (because !== undefined) stop.abort(new CalledOff(because));
    } catch (error) {
      stop.abort(error);
    }
  }
}
