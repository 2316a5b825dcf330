import { defineInfoProbe } from '../domain/probe.ts';
import { watchedMasters } from '../domain/sentinel.ts';

/** What a Sentinel says of itself, and which masters it watches. */
export default defineInfoProbe(
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
