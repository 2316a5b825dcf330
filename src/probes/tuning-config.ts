import { defineConfigProbe } from '../domain/probe.ts';

/** Timers and the sizes up to which collections stay compact. The old names are understood everywhere, the new since 7.0. */
export default defineConfigProbe({
  timeout: 'number?',
  'tcp-keepalive': 'number?',
  'dynamic-hz': 'text?',
  'hash-max-ziplist-entries': 'number?',
  'hash-max-ziplist-value': 'number?',
  'zset-max-ziplist-entries': 'number?',
  'zset-max-ziplist-value': 'number?',
  'list-max-ziplist-size': 'number?',
  'set-max-intset-entries': 'number?',
  'set-max-listpack-entries': 'number?',
});
