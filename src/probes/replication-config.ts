import { defineConfigProbe } from '../domain/probe.ts';

/** masterauth and its like are secrets: they are never asked for. */
export default defineConfigProbe({
  'repl-backlog-size': 'number',
  'repl-backlog-ttl': 'number?',
  'repl-timeout': 'number?',
  'repl-diskless-sync': 'text?',
  'repl-diskless-sync-delay': 'number?',
  'client-output-buffer-limit': 'text?',
  'replica-serve-stale-data': 'text?',
  'min-replicas-to-write': 'number?',
  'min-replicas-max-lag': 'number?',
});
