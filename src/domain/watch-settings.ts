/** How the targets are sampled, and what becomes of it. */
export interface WatchSettings {
  everySeconds: number;
  /** How long the series of a target is kept. */
  keepSeconds: number;
  /** How long a finding must stay before it opens a thread; absent: it never does. */
  raiseAfterSeconds?: number;
}
