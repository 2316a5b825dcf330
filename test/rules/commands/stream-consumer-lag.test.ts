import { expect, test } from 'vitest';
import type { StreamShare } from '../../../src/domain/keys/key-sample.ts';
import keySample from '../../../src/probes/key-sample.ts';
import rule from '../../../src/rules/commands/stream-consumer-lag.ts';
import { said, saw, scene } from '../../support/scene.ts';

const QUIET: StreamShare = {
  family: 'events:*',
  length: 500,
  groups: 1,
  idleGroups: 0,
  pending: 0,
  lag: 0,
  idleSeconds: null,
};

const sampled = (stream: Partial<StreamShare>) =>
  scene({
    nodes: [
      { readings: [saw(keySample, { total: 1, seen: 1, ended: 'complete', streams: [{ ...QUIET, ...stream }] })] },
    ],
  });

test.each<[string, Partial<StreamShare>, string]>([
  ['a group that keeps up', {}, 'clear'],
  ['a long stream without a backlog', { length: 5_000_000 }, 'clear'],
  ['9,999 entries not acknowledged', { pending: 9999 }, 'clear'],
  ['10,000 entries not acknowledged', { pending: 10_000 }, 'warning'],
  ['10,000 entries not delivered', { lag: 10_000 }, 'warning'],
  ['a million entries not delivered', { lag: 1_000_000 }, 'critical'],
  ['before 7.0 there is no lag', { lag: null }, 'clear'],
  ['a few pending of consumers that just worked', { pending: 5, idleSeconds: 3599 }, 'clear'],
  ['a few pending and nobody for an hour', { pending: 5, idleSeconds: 3600 }, 'warning'],
  ['idle consumers with nothing to do', { pending: 0, idleSeconds: 90_000 }, 'clear'],
])('%s', (_sentence, stream, want) => {
  expect(said(rule, sampled(stream))).toBe(want);
});

test('a clean sample of some of the keys proves nothing', () => {
  const readings = [saw(keySample, { total: 9, seen: 5, ended: 'latency', streams: [QUIET] })];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe('unassessed');
});

test('without a sample it is not assessed', () => {
  expect(said(rule, scene({ nodes: [{ readings: [saw(keySample, 'not sampled')] }] }))).toBe('unassessed');
});
