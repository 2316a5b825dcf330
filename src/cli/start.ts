import type { Clock, Log } from '../flow/ports.ts';

// Orchestrators kill after 10 s by default; what is not finished by then is found again at the next start.
const CLOSE_MS = 9_000;

export interface Started {
  /** Stops taking work and finishes or hands back what runs. */
  close(): Promise<void>;
}

/** Runs until SIGINT or SIGTERM, then closes; a second signal or the deadline ends it at once. Answers with the exit status. */
export async function runUntilStopped(
  open: () => Promise<Started>,
  { onSignal, clock, log }: { onSignal: (listener: (signal: string) => void) => void; clock: Clock; log: Log },
): Promise<number> {
  const first = Promise.withResolvers<string>();
  const second = Promise.withResolvers<string>();
  let signals = 0;
  onSignal((signal) => (signals++ === 0 ? first : second).resolve(signal));
  const opening = open();
  // A signal counts while it opens too: a database or Slack that hangs must not keep us.
  await Promise.race([opening, first.promise]);
  log.info({ signal: await first.promise }, 'stopping');
  const closed = opening
    .then((started) => started.close())
    .then(
      () => 0,
      (error: unknown) => {
        log.error({ error }, 'stopping failed');
        return 1;
      },
    );
  const hurried = second.promise.then(() => 1);
  const timer = new AbortController();
  const late = clock.sleep(CLOSE_MS, timer.signal).then(
    () => {
      log.error({ ms: CLOSE_MS }, 'did not stop in time');
      return 1;
    },
    () => 1,
  );
  return Promise.race([closed, hurried, late]).finally(() => timer.abort());
}
