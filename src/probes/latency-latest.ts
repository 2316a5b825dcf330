import { defineProbe, listReply, textReply } from '../domain/probe.ts';

export interface LatencyEvent {
  /** eviction-cycle, expire-cycle, fork, command, aof-fsync-always … */
  name: string;
  /** When it last took as long as latency-monitor-threshold: epoch seconds on the server's clock. */
  at: number;
  latestMs: number;
  /** The longest since the server started or LATENCY RESET. */
  maxMs: number;
}

/** The latency monitor's events, each with its newest. Nothing is recorded while latency-monitor-threshold is 0, the default. */
export default defineProbe({
  sampled: 'once',
  allows: [['LATENCY', 'LATEST']],
  fields: {},
  commands: () => [['LATENCY', 'LATEST']],
  read: ([reply]) =>
    listReply(reply).map((entry): LatencyEvent => {
      // Valkey 8.1 and newer append a sum and a count.
      const [name, at, latestMs, maxMs] = listReply(entry);
      return { name: textReply(name), at: Number(at), latestMs: Number(latestMs), maxMs: Number(maxMs) };
    }),
});

/** The longest of these events whose newest is not older than `since` (epoch seconds on the server's clock). */
export function latestSince(
  events: readonly LatencyEvent[],
  names: readonly string[],
  since: number,
): LatencyEvent | undefined {
  return events
    .filter(({ name, at }) => names.includes(name) && at >= since)
    .toSorted((one, other) => other.latestMs - one.latestMs)[0];
}
