import { defineInfoProbe } from '../domain/probe.ts';

/** How many are connected, and what they may be. */
export default defineInfoProbe({
  connected_clients: 'number',
  maxclients: 'number?',
  blocked_clients: 'number?',
  tracking_clients: 'number?',
  client_recent_max_output_buffer: 'number?',
  client_recent_max_input_buffer: 'number?',
});
