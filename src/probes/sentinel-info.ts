import { defineInfoProbe } from '../domain/probe.ts';
import { watchedMasters } from '../domain/sentinel.ts';
import { type ReadNode, readingIfAny } from '../domain/snapshot.ts';

/** What a Sentinel says of itself, and which masters it watches. */
const sentinelInfo = defineInfoProbe(
  {
    uptime_in_seconds: 'number',
    server_time_usec: 'number?',
    sentinel_tilt: 'number',
    sentinel_tilt_since_seconds: 'number?',
    sentinel_total_tilt: 'number?',
  },
  (info) => ({ masters: watchedMasters(info) }),
  'sentinel',
);
export default sentinelInfo;

/** Sentinels greet each other every 2 s: one that has just started may not know the others yet. */
const ACQUAINTED_SECONDS = 4;

export function justStarted(sentinel: ReadNode): boolean {
  const info = readingIfAny(sentinel, sentinelInfo);
  return info !== undefined && info.now.uptime_in_seconds < ACQUAINTED_SECONDS;
}
