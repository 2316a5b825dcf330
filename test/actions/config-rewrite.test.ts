import { describe, expect, test } from 'vitest';
import action from '../../src/actions/config-rewrite.ts';
import hostConfigFile from '../../src/probes/host-config-file.ts';
import networkConfig from '../../src/probes/network-config.ts';
import runningConfig from '../../src/probes/running-config.ts';
import { group, lines, mustPlan, PRIMARY, primary, REPLICA, refusal, replica } from '../support/planning.ts';
import { saw } from '../support/scene.ts';

const answers = saw(networkConfig, { maxclients: 10_000, timeout: 0, tcp_keepalive: 300 });
const plain = { more: [answers] };
const file = (maxmemory: string) => ({
  more: [
    answers,
    saw(hostConfigFile, { values: new Map([['maxmemory', [[maxmemory]]]]), secrets: [] }),
    saw(runningConfig, new Map([['maxmemory', '2147483648']])),
  ],
});

test('every member that has a file, and the one that has none is named', () => {
  const bare = replica({ ...plain, server: { config_file: '' } });
  const plan = mustPlan(action, group([primary(plain), bare]));
  expect(lines(plan.commands)).toEqual([`${PRIMARY}> CONFIG REWRITE`]);
  expect(plan.args).toEqual({ nodes: [PRIMARY] });
  expect(plan.undo).toContain('not kept');
  expect(plan.impact.join(' ')).toMatch(
    /cannot be seen from here.*Ansible, Helm.*10\.0\.0\.2:6379 has no configuration file/s,
  );
});

test('what differs is told where the file can be read', () => {
  const plan = mustPlan(action, group([primary(file('1gb')), replica(plain)]));
  expect(lines(plan.commands)).toHaveLength(2);
  expect(plan.impact[0]).toBe(`/etc/redis.conf of ${PRIMARY}: maxmemory 1gb -> 2147483648.`);
});

test('a file that says the same is written as well: not everything is compared', () => {
  expect(mustPlan(action, group([primary(file('2gb'))])).impact[0]).toContain('nothing differs');
});

describe('refuses', () => {
  test.each([
    ['without a file', primary({ ...plain, server: { config_file: '' } }), {}, 'started without a configuration file'],
    [
      'where CONFIG was renamed',
      primary({ more: [saw(networkConfig, "ERR unknown command 'CONFIG'")] }),
      {},
      'unknown command',
    ],
    ['a server that loads', primary({ ...plain, identity: { loading: true } }), {}, 'is loading'],
    ['one that is not of the group', primary(plain), { nodes: [REPLICA] }, 'without a configuration file'],
  ])('%s', (_what, node, args, because) => expect(refusal(action, group([node]), args)).toContain(because));
});
