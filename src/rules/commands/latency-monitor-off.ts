import { defineRule } from '../../domain/rule.ts';
import observabilityConfig from '../../probes/observability-config.ts';

export default defineRule({
  scope: 'node',
  needs: { observabilityConfig },
  more:
    'Without the latency monitor the server does not remember forks, slow disks or expiry cycles that held it up, and LATENCY DOCTOR has nothing to say. ' +
    'It is off by default. ' +
    'CONFIG SET latency-monitor-threshold 100 costs next to nothing.',
  check({ observabilityConfig: { now } }) {
    if (now.latency_monitor_threshold !== 0) return;
    return {
      severity: 'info',
      headline: 'The latency monitor is off, so pauses leave no trace',
      evidence: [{ field: 'latency-monitor-threshold', value: '0', expected: '> 0' }],
    };
  },
});
