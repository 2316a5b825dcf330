import { defineInfoProbe } from '../domain/probe.ts';

/** How long the main thread was at work rather than waiting, since the server started (7.2 and newer). Microseconds. */
export default defineInfoProbe({
  eventloop_cycles: 'number?',
  eventloop_duration_sum: 'number?',
  eventloop_duration_cmd_sum: 'number?',
});
