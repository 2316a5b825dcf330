import { expect, test } from 'vitest';
import commandStats from '../../../src/probes/command-stats.ts';
import errorStats from '../../../src/probes/error-stats.ts';
import rule from '../../../src/rules/replication/readonly-errors-misrouted-writes.ts';
import { said, saw, scene } from '../../support/scene.ts';

const counts = (count: number) => ({ counts: new Map([['READONLY', count]]) });

test.each([
  ['replica', 7, 7, 'clear'],
  ['replica', 7, 8, 'info'],
  ['replica', 7, 9, 'warning'],
  ['primary', 7, 99, 'clear'],
  ['replica', undefined, 9, 'unassessed'],
] as const)('a %s with %s and then %i errors READONLY: %s', (role, before, now, want) => {
  const readings = [before === undefined ? saw(errorStats, counts(now)) : saw(errorStats, counts(now), counts(before))];
  expect(said(rule, scene({ nodes: [{ role, readings }] }))).toBe(want);
});

test('the commands that were refused are named, the most frequent first', () => {
  const commands = (set: number, incr: number) => ({
    commands: new Map([
      ['get', { calls: 5, usec: 1, rejected: 0, failed: 0 }],
      ['incr', { calls: 0, usec: 0, rejected: incr, failed: 0 }],
      ['set', { calls: 0, usec: 0, rejected: set, failed: 0 }],
    ]),
  });
  const readings = [saw(errorStats, counts(9), counts(2)), saw(commandStats, commands(16, 2), commands(11, 0))];
  const [found] = rule.assess('x', scene({ nodes: [{ role: 'replica', readings }] }));
  expect(found).toMatchObject({ headline: '7 writes were refused by this replica within 2 s' });
  expect(found?.kind === 'found' && found.evidence.map(({ field, value }) => `${field} ${value}`)).toEqual([
    'errorstat_READONLY +7',
    'cmdstat_set rejected_calls +5',
    'cmdstat_incr rejected_calls +2',
  ]);
});
