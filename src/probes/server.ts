import { defineInfoProbe } from '../domain/probe.ts';

/** Which process answers, since when, and whether it has a configuration file to write back to. */
export default defineInfoProbe({
  run_id: 'text',
  uptime_in_seconds: 'number',
  config_file: 'text?',
  tcp_port: 'number?',
  executable: 'text?',
  configured_hz: 'number?',
  availability_zone: 'text?',
});
