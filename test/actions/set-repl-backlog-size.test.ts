import { describe, expect, test } from 'vitest';
import action from '../../src/actions/set-repl-backlog-size.ts';
import { GIB, group, lines, MIB, mustPlan, PRIMARY, primary, REPLICA, refusal, replica } from '../support/planning.ts';

test('the objective times the write rate, on primary and replica, and back', () => {
  const nodes = [primary({ written: MIB }), replica()];
  const plan = mustPlan(action, group(nodes, { objectives: { outageToSurviveSeconds: 60 } }));
  expect(lines(plan.commands)).toEqual([
    `${PRIMARY}> CONFIG SET repl-backlog-size ${128 * MIB}`,
    `${REPLICA}> CONFIG SET repl-backlog-size ${128 * MIB}`,
  ]);
  expect(lines(plan.undo)).toEqual([
    `${PRIMARY}> CONFIG SET repl-backlog-size ${MIB}`,
    `${REPLICA}> CONFIG SET repl-backlog-size ${MIB}`,
  ]);
  expect(plan.impact[0]).toContain('for 2 min at 1 MiB/s');
});

test.each([
  ['120 s where nothing is declared', MIB, 2 * GIB, 2 * GIB * 0.1],
  ['never less than 64 MiB', 1, 2 * GIB, 64 * MIB],
  ['never more than 1 GiB', 16 * MIB, 100 * GIB, GIB],
  ['never more than a tenth of maxmemory', MIB, GIB, GIB * 0.1],
])('%s', (_what, written, maxmemory, size) => {
  const { args } = mustPlan(action, group([primary({ written, memoryConfig: { maxmemory } })]));
  expect(args).toEqual({ outage_s: 120, bytes: Math.floor(size), rate: written });
});

test('a size that does not reach the wanted outage says so', () => {
  const plan = mustPlan(action, group([primary({ written: 2 * MIB })]));
  expect(plan.impact.join(' ')).toContain('less than the 2 min wanted');
});

test('pinned it is the same plan at another write rate, and without a second sample to measure one', () => {
  const { args, commands } = mustPlan(action, group([primary({ written: MIB })]));
  expect(mustPlan(action, group([primary({ written: 3 * MIB })]), args).commands).toEqual(commands);
  expect(mustPlan(action, group([primary({ single: true })]), args).commands).toEqual(commands);
});

describe('before 7.0', () => {
  const old = { version: '6.2.16' };
  test('it says that the history is thrown away', () => {
    expect(mustPlan(action, group([primary({ identity: old })])).impact.join(' ')).toContain('thrown away');
  });

  test.each([
    ['no room below maxmemory', { memory: { effective: 1.9 * GIB } }, 'reaches its maxmemory'],
    [
      'a replica is syncing',
      {
        replication: {
          replicas: [{ address: { host: 'h', port: 1 }, state: 'wait_bgsave', offset: 0, ackSeconds: 0 }],
        },
      },
      'wait_bgsave',
    ],
  ])('refuses when %s', (_when, over, reason) =>
    expect(refusal(action, group([primary({ ...over, identity: old })]))).toContain(reason),
  );
});

test.each([
  ['the backlog is large enough', primary({ replicationConfig: { repl_backlog_size: GIB } }), 'already'],
  ['the most that it may have lasts no reconnect', primary({ written: 21 * MIB }), 'lasts only 9.8 s'],
  ['there is no backlog to measure', primary({ replication: { repl_backlog_active: 0 } }), 'could not be measured'],
  ['the primary was not read', replica(), 'could not be read'],
])('refuses when %s', (_when, node, reason) => expect(refusal(action, group([node]))).toContain(reason));

test('a size that somebody chose is held to the same bound as one that is computed', () => {
  const on = group([primary({ written: MIB, memoryConfig: { maxmemory: 2 * GIB } })]);
  expect(refusal(action, on, { bytes: 900 * GIB })).toContain('900 GiB is too much: at most 205 MiB is given');
  expect(mustPlan(action, on, { bytes: 200 * MIB }).args).toMatchObject({ bytes: 200 * MIB });
});
