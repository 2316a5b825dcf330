/** From the first packet to a session, in ms: what sshd asks before it lets somebody in (names, PAM) takes its time. */
export const OPEN_MS = 5000;
/** Between two signs of life of a session, in ms. */
export const KEEPALIVE_MS = 10_000;
/** For an approved command, in ms: a server may save all its data before it stops. */
export const COMMAND_MS = 3_600_000;
/** For what one shell is asked, in ms, from its turn on. */
const ASK_MS = 2000;
/** A machine that answered nothing for so long, in ms, is not waited for any more. */
const SILENCE_MS = 5000;
/** Bytes of one answer; what is longer is cut. */
export const LONGEST = 256 * 1024;
/** Bytes of the end of a log. */
export const TAIL = 64 * 1024;

export interface Patience {
  /** Does something that may take `ms`; the time counts once, however many wait in it. */
  spend<T>(work: (ms: number) => Promise<T>): Promise<T>;
  /** Something answered: all the time is there again. */
  renew(): void;
}

/** With a machine, however many servers are on it: a busy one is waited for as long as it answers at all. */
export function makePatience(total = SILENCE_MS, now: () => number = () => performance.now()): Patience {
  let spent = 0;
  let waiting = 0;
  let since = 0;
  return {
    async spend(work) {
      if (waiting === 0) since = now();
      waiting += 1;
      try {
        return await work(Math.max(0, Math.min(ASK_MS, total - spent - (now() - since))));
      } finally {
        waiting -= 1;
        if (waiting === 0) spent += now() - since;
      }
    },
    renew() {
      spent = 0;
      since = now();
    },
  };
}
