import { expect, test } from 'vitest';
import { readNodes } from '../../src/domain/snapshot.ts';
import { loadSeverity, sustained } from '../../src/domain/sustained.ts';
import cpu from '../../src/probes/cpu.ts';
import { kept } from '../support/points.ts';
import { saw, scene } from '../support/scene.ts';

const COUNTER = { of: (sample: { used: number }) => sample.used, fields: ['used'], perSecond: 1 };

function shareOf(seconds: number, used: number, history: readonly Readonly<Record<string, number>>[], options = {}) {
  const snapshot = scene({
    nodes: [{ readings: [saw(cpu, {})] }],
    series: { '127.0.0.1:6379': kept(history, options) },
  });
  const [node] = readNodes(snapshot);
  return node && sustained({ snapshot, node }, { now: { used }, before: { used: 0 }, seconds }, COUNTER);
}

const BUSY = [{ used: 0 }, { used: 60 }, { used: 114 }];

test('without history the pair decides, and only ten seconds are known to last', () => {
  expect(shareOf(2, 1, [])).toEqual({ share: 0.5, seconds: 2, lasts: false });
  expect(shareOf(10, 5, [])).toEqual({ share: 0.5, seconds: 10, lasts: true });
});

test('with three samples the least of them decides', () => {
  expect(shareOf(2, 2, BUSY)).toEqual({ share: 0.9, seconds: 122, lasts: true });
  expect(shareOf(2, 1, BUSY)).toMatchObject({ share: 0.5, lasts: true });
});

test.each([
  ['another process', { runId: 'another' }],
  ['what is long over', { until: 1_800_000_000_000 - 601_000 }],
])('%s is no history', (_what, options) => {
  expect(shareOf(2, 2, BUSY, options)).toMatchObject({ lasts: false });
});

test('a counter that `watch` did not keep is no history either', () => {
  expect(shareOf(2, 2, [{ other: 1 }, { other: 2 }, { other: 3 }])).toMatchObject({ lasts: false });
});

test('what is not known to last is told one step lower', () => {
  const told = (share: number, lasts: boolean) => loadSeverity({ share, lasts }, 0.9);
  expect([told(0.9, true), told(0.89, true), told(0.9, false), told(0.89, false)]).toEqual([
    'critical',
    'warning',
    'warning',
    'info',
  ]);
});
