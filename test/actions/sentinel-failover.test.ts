import { describe, expect, test } from 'vitest';
import action from '../../src/actions/sentinel-failover.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import { lines, MIB, mustPlan, type Over, primary, REPLICA, refusal, replica } from '../support/planning.ts';
import { scene } from '../support/scene.ts';
import { sentinel, WATCHER, watched } from '../support/sentinel-scene.ts';

const row = { address: { host: '10.0.0.2', port: 6379 }, state: 'online', offset: 10 * MIB, ackSeconds: 0 };
const head = (over: Over = {}) =>
  primary({ ...over, replication: { connected_slaves: 1, replicas: [row], replicas_behind: 70, ...over.replication } });

test('the primary is fenced until its replicas have every byte, then a Sentinel fails over, then the fence goes', () => {
  const plan = mustPlan(action, watched([head(), replica()]));
  expect(lines(plan.commands)).toEqual([
    '10.0.0.1:6379> CONFIG SET min-replicas-to-write 1000',
    '10.0.0.1:6379> CONFIG REWRITE',
    `${WATCHER}> SENTINEL FAILOVER mymaster`,
    '10.0.0.1:6379> CONFIG SET min-replicas-to-write 0',
    '10.0.0.1:6379> CONFIG REWRITE',
  ]);
  expect(plan.commands[0]?.until).toMatchObject({ below: [{ reading: 'replication.replicas_behind', below: 1 }] });
  expect(plan.commands[1]?.until).toMatchObject({ shows: [{ value: '1000' }] });
  expect(plan.commands[2]).toMatchObject({ via: 'sentinel' });
  expect(plan.otherwise).toMatchObject([
    { argv: ['CONFIG', 'SET', 'min-replicas-to-write', '0'], unless: [{ node: REPLICA, value: 'master' }] },
    { argv: ['CONFIG', 'REWRITE'], unless: [{ node: REPLICA, value: 'master' }] },
  ]);
  expect(plan).toMatchObject({ risk: 'disruptive', args: { min_replicas: 0 } });
  expect(plan.impact.join(' ')).toMatch(/NOREPLICAS.*70 B behind.*12 connections/);
});

test('what was there before the fence is what it goes back to, also when it is planned again', () => {
  const fenced = head({ replicationConfig: { min_replicas_to_write: 1000 } });
  const plan = mustPlan(action, watched([fenced, replica()]), { min_replicas: 1 });
  expect(lines(plan.commands)[3]).toContain('min-replicas-to-write 1');
});

test('a primary whose disk fails is kept alive as a replica, and is not asked to write its file', () => {
  const plan = mustPlan(action, watched([head({ persistence: { failed_writes: 2 } }), replica()]));
  expect(lines(plan.commands)[0]).toBe('10.0.0.1:6379> CONFIG SET replica-ignore-disk-write-errors yes');
  expect(lines(plan.commands)).toHaveLength(4);
  expect(lines(plan.otherwise ?? [])).toHaveLength(2);
});

test('without a configuration file there is nothing to write down, and a restart would lose the fence', () => {
  const plan = mustPlan(action, watched([head({ server: { config_file: '' } }), replica()]));
  expect(plan.commands).toHaveLength(3);
  expect(plan.impact.join(' ')).toContain('what it accepts then is lost');
});

describe('refuses', () => {
  const other = { host: '10.0.0.2', port: 6379 };
  test.each<[string, Snapshot, string]>([
    ['a target without Sentinels', scene({ nodes: [head(), replica()] }), 'no Sentinel watches prod'],
    [
      'a failover under way',
      watched([head(), replica()], [sentinel({ master: { flags: ['master', 'failover_in_progress'] } })]),
      'failing over already',
    ],
    [
      'a primary that is down',
      watched([head(), replica()], [sentinel({ master: { flags: ['master', 's_down'] } })]),
      'act by themselves',
    ],
    ['TILT', watched([head(), replica()], [sentinel({ tilt: 1 })]), 'TILT'],
    [
      'no quorum',
      watched([head(), replica()], [sentinel({ quorum: 'NOQUORUM 1 usable' })]),
      'no quorum at 10.0.0.9:26379: NOQUORUM',
    ],
    [
      'two opinions',
      watched(
        [head(), replica()],
        [sentinel(), sentinel({ name: '10.0.0.8:26379', master: { toldToClients: other } })],
      ),
      'do not agree',
    ],
    [
      'a replica that is taken for the primary',
      watched([head(), replica()], [sentinel({ master: { toldToClients: other } })]),
      'could not be read as one',
    ],
    ['no good replica', watched([head(), replica()], [sentinel({ replica: { priority: 0 } })]), 'no good replica'],
    ['one that could not be read', watched([head()]), `may choose ${REPLICA}, which could not be read`],
    [
      'too little memory',
      watched([head(), replica({ memoryConfig: { maxmemory: MIB } })]),
      `may choose ${REPLICA}, but its maxmemory`,
    ],
    [
      'what is far behind',
      watched([head({ replication: { master_repl_offset: 99 * MIB } }), replica()]),
      'held back for too long',
    ],
    [
      'what asks for more',
      watched([head(), replica({ replicationConfig: { min_replicas_to_write: 2 } })]),
      'asks for 2 replicas',
    ],
    [
      'what cannot be fenced',
      watched([head({ replicationConfig: { min_replicas_max_lag: 0 } }), replica()]),
      'cannot be kept from accepting writes',
    ],
    ['a primary that loads', watched([head({ identity: { loading: true } }), replica()]), 'is loading'],
  ])('%s', (_what, snapshot, reason) => expect(refusal(action, snapshot)).toContain(reason));
});
