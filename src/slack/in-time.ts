import type { Clock } from '../flow/ports.ts';

/** Slack shows an error to the person after 3 s without an answer; this leaves room for the way back. */
const ANSWER_WITHIN_MS = 2000;

/** The result of the work, or undefined when it takes too long to wait for; the work itself goes on. */
export async function inTime<T>(clock: Clock, work: Promise<T>, withinMs = ANSWER_WITHIN_MS): Promise<T | undefined> {
  const done = new AbortController();
  try {
    const late = clock.sleep(withinMs, done.signal).then(
      () => undefined,
      () => undefined,
    );
    return await Promise.race([work, late]);
  } finally {
    done.abort();
  }
}
