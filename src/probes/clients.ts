import { defineInfoProbe } from '../domain/probe.ts';

/** How many are connected, and what they may be. */
export default defineInfoProbe({
  connected_clients: 'number',
  maxclients: 'number?',
  cluster_connections: 'number?',
  blocked_clients: 'number?',
  tracking_clients: 'number?',
  total_blocking_keys: 'number?',
  pubsub_clients: 'number?',
  paused_reason: 'text?',
  paused_actions: 'text?',
  paused_timeout_milliseconds: 'number?',
  client_recent_max_output_buffer: 'number?',
  client_recent_max_input_buffer: 'number?',
});
