import { describe, expect, test } from 'vitest';
import action from '../../src/actions/set-cluster-parameter.ts';
import clusterConfig from '../../src/probes/cluster-config.ts';
import server from '../../src/probes/server.ts';
import { type Member, sceneOf } from '../support/cluster-scene.ts';
import { group, lines, mustPlan, primary, refusal } from '../support/planning.ts';
import { saw } from '../support/scene.ts';

const node = (slots: string, coverage = 'yes', timeout = 15_000): Member => ({
  slots,
  readings: [
    saw(server, { config_file: '/etc/redis.conf' }),
    saw(clusterConfig, { cluster_require_full_coverage: coverage, cluster_node_timeout: timeout }),
  ],
});
const cluster = sceneOf({ a: node('0-8000'), b: node('8001-16383', 'no', 500), c: { ...node(''), dead: true } });
const coverage = { parameter: 'cluster-require-full-coverage', value: 'no' };

test('on every node that has it otherwise, and back', () => {
  const plan = mustPlan(action, cluster, coverage);
  expect(lines(plan.commands)).toEqual(['10.0.0.1:6379> CONFIG SET cluster-require-full-coverage no']);
  expect(lines(plan.undo)).toEqual(['10.0.0.1:6379> CONFIG SET cluster-require-full-coverage yes']);
  expect(plan.risk).toBe('reversible');
  expect(plan.impact.join(' ')).toMatch(/on 1 of 2 nodes.*a part of the data.*10.0.0.3:6379 could not be read/);
});

test('a number as well', () =>
  expect(lines(mustPlan(action, cluster, { parameter: 'cluster-node-timeout', value: 15_000 }).commands)).toEqual([
    '10.0.0.2:6379> CONFIG SET cluster-node-timeout 15000',
  ]));

describe('refuses', () => {
  const timeout = (value: number) => ({ parameter: 'cluster-node-timeout', value });
  test.each([
    ['no cluster', group([primary()]), coverage, 'is in no cluster'],
    ['a timeout that is too short', cluster, timeout(4999), 'out of bounds'],
    ['a timeout that is too long', cluster, timeout(60_001), 'out of bounds'],
    ['a word that is none', cluster, { ...coverage, value: 'maybe' }, 'out of bounds'],
    ['what is so already', sceneOf({ a: node('0-16383', 'no') }), coverage, 'on all 1 nodes already'],
    ['what is not shown', cluster, { parameter: 'cluster-allow-reads-when-down', value: 'yes' }, 'does not show'],
  ])('%s', (_what, snapshot, args, reason) => expect(refusal(action, snapshot, args)).toContain(reason));
});
