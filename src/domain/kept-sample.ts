import type { Reply } from './command.ts';

/** The newest full sample of a server, as `watch` keeps it: the replies as they came, so that probes can read them. */
export interface KeptSample {
  /** Epoch ms at which the answers were here. */
  at: number;
  runId: string;
  /** By the key of the command, INFO among them. */
  answers: ReadonlyMap<string, Reply>;
}
