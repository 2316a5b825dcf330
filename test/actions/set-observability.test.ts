import { expect, test } from 'vitest';
import action from '../../src/actions/set-observability.ts';
import observability from '../../src/probes/observability-config.ts';
import { group, lines, mustPlan, PRIMARY, primary, REPLICA, refusal, replica } from '../support/planning.ts';
import { saw } from '../support/scene.ts';

const usual = {
  slowlog_log_slower_than: 10_000,
  slowlog_max_len: 1024,
  latency_monitor_threshold: 100,
  latency_tracking: 'yes',
};
const has = (over = {}) => ({ more: [saw(observability, { ...usual, ...over })] });

test.each([
  ['the latency monitor is off', { latency_monitor_threshold: 0 }, 'latency-monitor-threshold 100'],
  ['it sees only very long pauses', { latency_monitor_threshold: 5000 }, 'latency-monitor-threshold 100'],
  ['SLOWLOG is off', { slowlog_log_slower_than: -1 }, 'slowlog-log-slower-than 10000'],
  ['SLOWLOG takes everything', { slowlog_log_slower_than: 0 }, 'slowlog-log-slower-than 10000'],
  ['SLOWLOG takes the slowest only', { slowlog_log_slower_than: 1_000_000 }, 'slowlog-log-slower-than 10000'],
  ['SLOWLOG is short', { slowlog_max_len: 128 }, 'slowlog-max-len 1024'],
  ['latency is not tracked', { latency_tracking: 'no' }, 'latency-tracking yes'],
])('where %s', (_what, over, words) => {
  const plan = mustPlan(action, group([primary(has(over))]));
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> CONFIG SET ${words}`]);
  expect(plan.risk).toBe('reversible');
});

test('what is set closer stays, and so does the member that is set well', () => {
  const plan = mustPlan(
    action,
    group([primary(has({ slowlog_log_slower_than: 2000 })), replica(has({ slowlog_max_len: 128 }))]),
  );
  expect(lines(plan.commands)).toEqual([`${REPLICA}> CONFIG SET slowlog-max-len 1024`]);
  expect(lines(plan.undo)).toEqual([`${REPLICA}> CONFIG SET slowlog-max-len 128`]);
});

test.each([
  ['all is well', primary(has()), 'already'],
  ['a version without latency-tracking', primary(has({ latency_tracking: undefined })), 'already'],
  ['a server that loads', primary({ ...has({ slowlog_max_len: 1 }), identity: { loading: true } }), 'is loading'],
])('refuses %s', (_what, node, because) => expect(refusal(action, group([node]))).toContain(because));
