import { defineConfigProbe } from '../domain/probe.ts';

export default defineConfigProbe({
  save: 'text',
  databases: 'number?',
  appendonly: 'text',
  appendfsync: 'text?',
  'stop-writes-on-bgsave-error': 'text?',
  'replica-ignore-disk-write-errors': 'text?',
  'no-appendfsync-on-rewrite': 'text?',
  'aof-use-rdb-preamble': 'text?',
  'auto-aof-rewrite-percentage': 'number?',
  'auto-aof-rewrite-min-size': 'number?',
});
