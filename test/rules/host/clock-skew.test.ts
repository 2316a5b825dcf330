import { expect, test } from 'vitest';
import clock from '../../../src/probes/clock.ts';
import sentinelInfo from '../../../src/probes/sentinel-info.ts';
import rule from '../../../src/rules/host/clock-skew.ts';
import { type ReadSketch, said, saw, scene, TAKEN_AT } from '../../support/scene.ts';

const NOW = TAKEN_AT / 1000;

/** Servers whose clocks are so many seconds ahead of ours; it took so long to ask them. */
function ahead(seconds: readonly number[], tookMs = 0): ReadSketch[] {
  return seconds.map((offset, at) => ({
    name: `10.0.0.${at + 1}:6379`,
    asked: { from: TAKEN_AT - tookMs, until: TAKEN_AT },
    readings: [saw(clock, { epochSeconds: NOW + offset })],
  }));
}

test.each([
  ['a single one that agrees', [1.9], 'clear'],
  ['a single one that does not', [2.1], 'warning'],
  ['a single one that is behind', [-2.1], 'warning'],
  ['one of three', [0, 0.1, 60], 'warning'],
  ['all but ours', [60, 60.5, 61], 'warning'],
  ['two that differ from each other, not from ours', [-1.5, 1.5], 'warning'],
  ['all within bounds', [-0.9, 0.9, 0], 'clear'],
  ['two of four', [0, 0, 30, 30], 'warning warning'],
])('%s', (_what, seconds, want) => {
  expect(said(rule, scene({ nodes: ahead(seconds) }))).toBe(want);
});

test('what a slow answer may account for is not held against a clock', () => {
  // Read at some time of the three seconds that it took.
  expect(said(rule, scene({ nodes: ahead([-3], 3000) }))).toBe('clear');
  expect(said(rule, scene({ nodes: ahead([-5.1], 3000) }))).toBe('warning');
  expect(said(rule, scene({ nodes: ahead([2.1], 3000) }))).toBe('warning');
});

test('a Sentinel tells its time in INFO', () => {
  const sentinels = [{ name: '10.0.1.1:26379', readings: [saw(sentinelInfo, { server_time_usec: (NOW - 10) * 1e6 })] }];
  expect(rule.assess('x', scene({ nodes: ahead([0, 0]), sentinels }))).toMatchObject([
    { node: '10.0.1.1:26379', headline: 'The clock of this host is 10 s behind' },
  ]);
});

test('where all servers agree, ours is the one that is off', () => {
  expect(rule.assess('x', scene({ nodes: ahead([60, 60, 60]) }))).toMatchObject([
    { node: 'prod', headline: 'The clock of the machine that asks is 60 s behind those of the servers' },
  ]);
});

test('two clocks far from each other are both named', () => {
  expect(rule.assess('x', scene({ nodes: ahead([-1.5, 1.5]) }))).toMatchObject([
    {
      node: '10.0.0.1:6379',
      headline: 'The clock of this host is 3 s behind that of 10.0.0.2:6379',
      evidence: [{ value: '+1.5 s' }, { value: '-1.5 s', expected: 'within 2 s' }],
    },
  ]);
});

test('without an answer to TIME it is not assessed', () => {
  expect(said(rule, scene({ nodes: [{ readings: [saw(clock, 'NOPERM: time')] }] }))).toBe('unassessed');
});

test('servers that could not be read at all are told of by other findings', () => {
  expect(said(rule, scene({ nodes: [{ cause: 'unreachable' }] }))).toBe('clear');
});
