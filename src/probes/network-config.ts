import { defineConfigProbe } from '../domain/probe.ts';

/** How connections are kept and how much is logged. */
export default defineConfigProbe({
  timeout: 'number',
  'tcp-keepalive': 'number',
  'tcp-backlog': 'number?',
  maxclients: 'number',
  loglevel: 'text?',
});
