import { expect, test } from 'vitest';
import type { SlowEntry } from '../../../src/domain/slow-log.ts';
import clock from '../../../src/probes/clock.ts';
import commandStats from '../../../src/probes/command-stats.ts';
import latencyLatest from '../../../src/probes/latency-latest.ts';
import lazyfreeConfig from '../../../src/probes/lazyfree-config.ts';
import slowlog from '../../../src/probes/slowlog.ts';
import rule from '../../../src/rules/commands/big-key-delete-blocking.ts';
import { slowEntry } from '../../support/logged.ts';
import { said, saw, scene } from '../../support/scene.ts';

const NOW = 1_800_000_000;

interface Row {
  /** DEL calls and their microseconds between the samples. */
  dels?: [calls: number, usec: number];
  log?: SlowEntry[];
  event?: [name: string, ago: number, ms: number];
}

function del(ms: number, ago = 5, more: Partial<SlowEntry> = {}): SlowEntry {
  return slowEntry({ command: 'del', shape: 'DEL <key>', at: NOW - ago, microseconds: ms * 1000, ...more });
}

function rowScene({ dels = [0, 0], log = [], event }: Row) {
  const counters = (calls: number, usec: number) => ({
    commands: new Map([['del', { calls, usec, rejected: 0, failed: 0 }]]),
  });
  return scene({
    nodes: [
      {
        readings: [
          saw(slowlog, log),
          saw(clock, { epochSeconds: NOW }),
          saw(commandStats, counters(9e6 + dels[0], 9e6 + dels[1]), counters(9e6, 9e6)),
          saw(latencyLatest, event ? [{ name: event[0], at: NOW - event[1], latestMs: event[2], maxMs: 900 }] : []),
          saw(lazyfreeConfig, { lazyfree_lazy_user_del: 'no', lazyfree_lazy_expire: 'yes' }),
        ],
      },
    ],
  });
}

test.each<[string, Row, string]>([
  ['quick DELs', { dels: [1000, 5000] }, 'clear'],
  ['a DEL of 10 ms', { log: [del(10)] }, 'warning'],
  ['a DEL of 9 ms', { log: [del(9)] }, 'clear'],
  ['a DEL of half a minute ago', { log: [del(300, 30)] }, 'clear'],
  ['DELs that come again', { log: [del(300, 30), del(300, 5)] }, 'warning'],
  ['an UNLINK', { log: [del(300, 5, { command: 'unlink' })] }, 'clear'],
  ['a mean above 1 ms over 1 % of the time', { dels: [15, 21_000] }, 'warning'],
  ['a mean above 1 ms of next to nothing', { dels: [2, 3000] }, 'clear'],
  ['a key that expired', { event: ['expire-del', 5, 40] }, 'warning'],
  ['a key that was evicted', { event: ['eviction-del', 59, 10] }, 'warning'],
  ['a key that expired long ago', { event: ['expire-del', 61, 40] }, 'clear'],
  ['another event', { event: ['fork', 5, 400] }, 'clear'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('the caller and the setting that would free it in the background are told', () => {
  expect(rule.assess('rule', rowScene({ log: [del(14, 2, { clientName: 'janitor' })] }))).toMatchObject([
    {
      headline: 'Freeing keys blocked the server for 14 ms',
      evidence: [
        { field: 'slowlog del', value: '14000 us from 10.0.0.x:4000 (janitor)', expected: '< 10000 us' },
        { field: 'lazyfree-lazy-user-del', value: 'no', expected: 'yes' },
      ],
    },
  ]);
  expect(JSON.stringify(rule.assess('rule', rowScene({ event: ['expire-del', 5, 40] })))).toContain(
    'expired or was evicted',
  );
});
