import { z } from 'zod';

/** An alert as a sender told us, after its source made sense of it. `fingerprint`, `status` and `startsAt` make it one of a kind. */
export const Signal = z.object({
  /** The source's file name. */
  source: z.string(),
  fingerprint: z.string().min(1).max(200),
  status: z.enum(['firing', 'resolved']),
  /** Epoch ms. */
  startsAt: z.number().int(),
  /** What the alert calls itself. */
  name: z.string().max(200),
  summary: z.string().max(2000),
  labels: z.record(z.string(), z.string()),
});
export type Signal = z.infer<typeof Signal>;

/** The source of signals that come from our own looking, not from an alert sender. */
export const WATCH = 'watch';

/** What opened a thread, for people. */
export function openedBy({ source, name }: Signal): string {
  return source === WATCH ? `watch saw ${name}` : `alert ${name}`;
}

/** Why a thread whose signals have all resolved is over. */
export function whyOver(signals: readonly Signal[]): string {
  return signals.every(({ source }) => source === WATCH) ? 'what was found is gone' : 'the alert resolved';
}
