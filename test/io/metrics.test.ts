import { expect, test } from 'vitest';
import { makeLog } from '../../src/io/log.ts';
import { METRICS, makeMetrics } from '../../src/io/metrics.ts';

function make(strict: boolean) {
  const lines: string[] = [];
  return {
    lines,
    metrics: makeMetrics({ log: makeLog({ level: 'info', write: (line) => lines.push(line) }), strict }),
  };
}

test('counts and observations are scraped with their labels', async () => {
  const { metrics } = make(true);
  metrics.count('redis_medic_votes_total', { verdict: 'approve' });
  metrics.count('redis_medic_votes_total', { verdict: 'approve' });
  metrics.observe('redis_medic_diagnosis_seconds', 2.4);
  const text = await metrics.render();
  expect(text).toContain('redis_medic_votes_total{verdict="approve"} 2');
  expect(text).toContain('redis_medic_diagnosis_seconds_bucket{le="3"} 1');
  expect(text).toContain('nodejs_heap_size_total_bytes');
});

test.each(Object.entries(METRICS))('%s follows the naming rules of Prometheus', (name, { help }) => {
  expect(name).toMatch(/^redis_medic_[a-z_]+_(total|seconds|bytes)$/);
  expect(help).toMatch(/\.$/);
});

test('an undeclared name or label is an error in tests', () => {
  const { metrics } = make(true);
  expect(() => metrics.count('redis_medic_vote_total')).toThrow('not declared');
  expect(() => metrics.observe('redis_medic_votes_total', 1)).toThrow('not declared');
  expect(() => metrics.count('redis_medic_votes_total', { who: 'U1' })).toThrow('label');
});

test('in production it is logged and the work goes on', () => {
  const { metrics, lines } = make(false);
  metrics.count('redis_medic_vote_total');
  expect(lines).toEqual([expect.stringContaining('metric not recorded')]);
});
