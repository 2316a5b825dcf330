import { defineConfigProbe } from '../domain/probe.ts';

export default defineConfigProbe({
  'slowlog-log-slower-than': 'number',
  'slowlog-max-len': 'number?',
  'latency-monitor-threshold': 'number?',
  'latency-tracking': 'text?',
});
