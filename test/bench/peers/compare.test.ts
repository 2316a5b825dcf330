import { expect, test } from 'vitest';
import { gradePeer, kindOf } from '../../../bench/peers/compare.ts';
import type { Signal } from '../../../bench/peers/signal.ts';

const down: Signal = { name: 'server down', sees: ['sentinel-master-down'], names: ['dependency-unreachable'] };
const link: Signal = { name: 'link down', sees: [], names: ['replica-link-down'], passes: true };
const grade = (expected: Parameters<typeof gradePeer>[0], ...signals: Signal[]) => gradePeer(expected, signals).grade;

test('a fault, a note and nothing', () => {
  expect(kindOf({ finds: { 'big-key': 'warning', 'hz-extreme': 'info' } })).toBe('fault');
  expect(kindOf({ finds: { 'hz-extreme': 'info' } })).toBe('note');
  expect(kindOf({ finds: {} })).toBe('healthy');
});

test('who says the root names it, who says another part of it sees it', () => {
  const dead = { finds: { 'sentinel-master-down': 'critical', 'dependency-unreachable': 'high' } } as const;
  expect(grade({ ...dead, root: 'dependency-unreachable' }, down)).toBe('names');
  expect(grade({ finds: { 'sentinel-master-down': 'critical' } }, down)).toBe('sees');
  expect(grade({ finds: { 'sentinel-master-down': 'critical' } })).toBe('silent');
  expect(grade({ finds: { 'big-key': 'warning' } }, down)).toBe('beside the point');
});

test('where all is well whoever speaks gives a false alarm, unless it would have passed', () => {
  expect(grade({ finds: {} }, down)).toBe('false alarm');
  expect(grade({ finds: {} }, link)).toBe('silent');
  expect(grade({ finds: { 'replica-link-down': 'high' } }, link)).toBe('names');
});
