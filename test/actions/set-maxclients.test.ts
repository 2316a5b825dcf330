import { describe, expect, test } from 'vitest';
import action from '../../src/actions/set-maxclients.ts';
import clients from '../../src/probes/clients.ts';
import hostLimits from '../../src/probes/host-limits.ts';
import networkConfig from '../../src/probes/network-config.ts';
import { GIB, group, lines, mustPlan, PRIMARY, primary, REPLICA, refusal, replica } from '../support/planning.ts';
import { saw } from '../support/scene.ts';

const crowded = (
  connected: number,
  { maxclients = 1000, nofile = undefined as number | undefined, memory = {} } = {},
) => ({
  memory,
  more: [
    saw(clients, { connected_clients: connected, maxclients }),
    saw(networkConfig, { maxclients, timeout: 0, tcp_keepalive: 300 }),
    ...(nofile === undefined ? [] : [saw(hostLimits, { nofile, nofileHard: nofile })]),
  ],
});

test('room for two thirds more, on every member, and back while no more are connected', () => {
  const plan = mustPlan(action, group([primary(crowded(950)), replica(crowded(3))]));
  expect(plan.args).toEqual({ count: 2000 });
  expect(lines(plan.commands)).toEqual([PRIMARY, REPLICA].map((node) => `${node}> CONFIG SET maxclients 2000`));
  expect(lines(plan.undo)[0]).toBe(`${PRIMARY}> CONFIG SET maxclients 1000`);
  expect(plan.undoWhile?.[0]).toEqual({ node: PRIMARY, reading: 'clients.connected_clients', below: 1000 });
  expect(plan.impact.join(' ')).toContain('The limit of open files cannot be seen');
});

test('as many as files may be opened, where that is known', () => {
  const plan = mustPlan(action, group([primary(crowded(950, { nofile: 1600 }))]));
  expect(plan.args).toEqual({ count: 1568 });
  expect(plan.impact.join(' ')).toContain('files for 1568 connections');
});

describe('refuses', () => {
  test.each([
    ['when there is room', crowded(100), {}, 'that is not too many'],
    ['at the limit of open files', crowded(950, { nofile: 1032 }), {}, 'set LimitNOFILE of the service to 2032'],
    ['a number above it', crowded(950, { nofile: 1600 }), { count: 5000 }, 'set LimitNOFILE of the service to 5032'],
    ['a number that is no more', crowded(950), { count: 500 }, 'maxclients is 1000 already'],
    [
      'without the memory for them',
      crowded(950, { memory: { total_system_memory: 1.01 * GIB } }),
      { count: 100_000 },
      'a quarter of',
    ],
    [
      'where the memory is not known',
      crowded(950, { memory: { total_system_memory: undefined } }),
      {},
      'set memory_limit',
    ],
  ])('%s', (_what, over, args, because) => expect(refusal(action, group([primary(over)]), args)).toContain(because));
});
