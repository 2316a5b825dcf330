import { expect, test } from 'vitest';
import clock from '../../../src/probes/clock.ts';
import latencyLatest from '../../../src/probes/latency-latest.ts';
import observability from '../../../src/probes/observability-config.ts';
import persistence from '../../../src/probes/persistence.ts';
import persistenceConfig from '../../../src/probes/persistence-config.ts';
import rule from '../../../src/rules/persistence/aof-fsync-always-slow.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each([
  ['a flush of 11 ms', 'always', 11, 5, 5, 'warning'],
  ['a flush of 10 ms', 'always', 10, 5, 5, 'clear'],
  ['a slow flush a minute ago', 'always', 900, 60, 5, 'warning'],
  ['a slow flush before that', 'always', 900, 61, 5, 'clear'],
  ['a policy that does not wait', 'everysec', 900, 5, 5, 'clear'],
  ['a latency monitor that is off', 'always', 0, 99, 0, 'unassessed'],
  ['a latency monitor that keeps only the worst', 'always', 0, 99, 100, 'unassessed'],
] as const)('%s', (_sentence, appendfsync, ms, age, kept, want) => {
  const readings = [
    saw(persistence, { aof_enabled: 1 }),
    saw(persistenceConfig, { appendfsync }),
    saw(latencyLatest, ms === 0 ? [] : [{ name: 'aof-fsync-always', at: 1000 - age, latestMs: ms, maxMs: 999 }]),
    saw(clock, { epochSeconds: 1000 }),
    saw(observability, { latency_monitor_threshold: kept }),
  ];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});

test('a server without an append-only file is not asked', () => {
  expect(said(rule, scene({ nodes: [{ readings: [saw(persistence, { aof_enabled: 0 })] }] }))).toBe('clear');
});
