import { expect, test } from 'vitest';
import type { Role } from '../../../src/domain/server.ts';
import clientList from '../../../src/probes/client-list.ts';
import clock from '../../../src/probes/clock.ts';
import commandStats from '../../../src/probes/command-stats.ts';
import keyspace from '../../../src/probes/keyspace.ts';
import server from '../../../src/probes/server.ts';
import slowlog from '../../../src/probes/slowlog.ts';
import rule from '../../../src/rules/commands/dangerous-commands-in-use.ts';
import { client } from '../../support/client.ts';
import { slowEntry } from '../../support/logged.ts';
import { said, saw, scene } from '../../support/scene.ts';

const NOW = 1_800_000_000;

type Calls = Readonly<Record<string, number>>;

interface Row {
  before?: Calls;
  now: Calls;
  keys?: number;
  role?: Role;
  /** Seconds since a KEYS that SLOWLOG holds. */
  slowKeysAgo?: number;
  /** The shape of a SORT that SLOWLOG holds. */
  slowSort?: string;
  pair?: false;
}

function counters(calls: Calls) {
  const of = (count: number) => ({ calls: count, usec: 0, rejected: 0, failed: 0 });
  return { commands: new Map(Object.entries({ info: 5, ...calls }).map(([name, count]) => [name, of(count)])) };
}

function rowScene({ before = {}, now, keys = 20_000, role = 'primary', slowKeysAgo, slowSort, pair }: Row) {
  return scene({
    nodes: [
      {
        role,
        readings: [
          pair === false ? saw(commandStats, counters(now)) : saw(commandStats, counters(now), counters(before)),
          saw(keyspace, { keys, expires: 0 }),
          saw(server, { uptime_in_seconds: 864_000 }),
          saw(clock, { epochSeconds: NOW }),
          saw(slowlog, [
            ...(slowKeysAgo === undefined ? [] : [slowEntry({ at: NOW - slowKeysAgo, clientName: 'cron' })]),
            ...(slowSort === undefined ? [] : [slowEntry({ at: NOW, command: 'sort', shape: slowSort })]),
          ]),
        ],
      },
    ],
  });
}

test.each<[string, Row, string]>([
  ['none of them ever', { now: {} }, 'clear'],
  ['KEYS for the first time', { now: { keys: 1 } }, 'critical'],
  ['KEYS again', { before: { keys: 4 }, now: { keys: 5 } }, 'critical'],
  ['KEYS at some time before', { before: { keys: 4 }, now: { keys: 4 } }, 'info'],
  ['KEYS at some time, without a pair', { now: { keys: 4 }, pair: false }, 'unassessed'],
  ['KEYS on 999 keys', { now: { keys: 1 }, keys: 999 }, 'info'],
  ['KEYS on 1000 keys', { now: { keys: 1 }, keys: 1000 }, 'critical'],
  ['KEYS just before we looked', { before: { keys: 4 }, now: { keys: 4 }, slowKeysAgo: 1 }, 'info'],
  ['FLUSHALL, which leaves no keys', { now: { flushall: 1 }, keys: 0 }, 'critical'],
  ['FLUSHDB', { now: { flushdb: 1 } }, 'critical'],
  ['FLUSHALL that a replica repeats', { now: { flushall: 1 }, role: 'replica' }, 'clear'],
  ['KEYS on a replica', { now: { keys: 1 }, role: 'replica' }, 'critical'],
  ['DEBUG', { now: { debug: 1 } }, 'critical'],
  ['MONITOR', { now: { monitor: 1 } }, 'warning'],
  ['SAVE of many keys', { now: { save: 1 } }, 'warning'],
  ['SAVE of hardly anything', { now: { save: 1 }, keys: 10 }, 'info'],
  ['SAVE at some time before', { before: { save: 1 }, now: { save: 1 } }, 'clear'],
  ['SORT, which may well have a LIMIT', { now: { sort: 1 } }, 'info'],
  ['a slow SORT with a LIMIT', { now: { sort: 1 }, slowSort: 'SORT <key> LIMIT' }, 'info'],
  ['a slow SORT without', { now: { sort: 1 }, slowSort: 'SORT <key> BY' }, 'critical'],
  ['counters that were reset in between', { before: { keys: 9 }, now: { keys: 1 } }, 'info'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('commands that fill the core account for it', () => {
  const busy = (calls: number) => ({
    commands: new Map([['keys', { calls, usec: calls * 100_000, rejected: 0, failed: 0 }]]),
  });
  const readings = [
    saw(commandStats, busy(9), busy(1)),
    saw(keyspace, { keys: 1e6, expires: 0 }),
    saw(server, { uptime_in_seconds: 1 }),
  ];
  expect(rule.assess('rule', scene({ nodes: [{ readings }] }))).toMatchObject([
    { explains: ['engine-cpu-saturated', 'event-loop-saturated'] },
  ]);
  expect(rule.assess('rule', rowScene({ now: { keys: 1 } }))).toMatchObject([{ explains: [] }]);
});

test('a server without commandstats is not judged', () => {
  const readings = [
    saw(commandStats, { commands: new Map() }, { commands: new Map() }),
    saw(keyspace, { keys: 1, expires: 0 }),
    saw(server, { uptime_in_seconds: 1 }),
  ];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe('unassessed');
});

test('the callers are named from the slow log and the client list', () => {
  const snapshot = rowScene({ now: { keys: 3 }, slowKeysAgo: 10 });
  expect(rule.assess('rule', snapshot)).toMatchObject([
    {
      headline: 'KEYS 3 times in 2 s, with 20000 keys here',
      evidence: [
        { field: 'cmdstat_keys.calls', value: '+3' },
        { field: 'callers of keys', value: '10.0.0.x:4000 (cron)' },
      ],
    },
  ]);
  const quick = scene({
    nodes: [
      {
        readings: [
          saw(commandStats, counters({ keys: 1 }), counters({})),
          saw(keyspace, { keys: 5000, expires: 0 }),
          saw(server, { uptime_in_seconds: 1 }),
          saw(clientList, [
            client({ addr: '10.0.0.8:99', idle: 3, cmd: 'keys' }),
            client({ addr: '10.0.0.7:98', idle: 61, cmd: 'keys' }),
          ]),
        ],
      },
    ],
  });
  expect(JSON.stringify(rule.assess('rule', quick))).toContain('"value":"10.0.0.x:99"');
});
