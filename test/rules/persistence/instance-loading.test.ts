import { expect, test } from 'vitest';
import persistence from '../../../src/probes/persistence.ts';
import rule from '../../../src/rules/persistence/instance-loading.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each([
  ['primary', { loading: 1 }, 'critical'],
  ['replica', { loading: 1 }, 'info'],
  ['replica', { loading: 0, async_loading: 1 }, 'info'],
  ['primary', { loading: 0, async_loading: 0 }, 'clear'],
  ['primary', { loading: 0 }, 'clear'],
] as const)('a %s with %j: %s', (role, sample, want) => {
  expect(said(rule, scene({ nodes: [{ role, readings: [saw(persistence, sample)] }] }))).toBe(want);
});

test('the headline says how far it is and how long it takes', () => {
  const readings = [saw(persistence, { loading: 1, loading_loaded_perc: 41.7, loading_eta_seconds: 90 })];
  expect(rule.assess('x', scene({ nodes: [{ readings }] }))).toMatchObject([
    { headline: 'The server is loading its data: 42 % done, about 90 s left' },
  ]);
});
