import { expect, test } from 'vitest';
import type { LargeEntry } from '../../../src/domain/slow-log.ts';
import clientList from '../../../src/probes/client-list.ts';
import clock from '../../../src/probes/clock.ts';
import commandLog from '../../../src/probes/command-log.ts';
import commandStats from '../../../src/probes/command-stats.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/network/large-replies.ts';
import { client } from '../../support/client.ts';
import { largeEntry } from '../../support/logged.ts';
import { said, saw, scene } from '../../support/scene.ts';

const NOW = 1_800_000_000;
const KB = 1024;
const MB = KB * KB;

interface Row {
  /** Bytes sent and commands, in two seconds. */
  sent?: number;
  commands?: number;
  toReplicas?: number;
  published?: number;
  /** Valkey's log of large replies. */
  log?: LargeEntry[];
}

function rowScene({ sent = 0, commands = 1000, toReplicas = 0, published = 0, log }: Row) {
  const counters = (bytes: number, processed: number, repl: number) => ({
    total_net_output_bytes: bytes,
    total_commands_processed: processed,
    total_net_repl_output_bytes: repl,
  });
  const publish = (calls: number) => ({
    commands: new Map([['publish', { calls, usec: 0, rejected: 0, failed: 0 }]]),
  });
  return scene({
    nodes: [
      {
        readings: [
          saw(stats, counters(sent, commands, toReplicas), counters(0, 0, 0)),
          saw(commandStats, publish(published), publish(0)),
          saw(clock, { epochSeconds: NOW }),
          saw(clientList, [client({ name: 'export', netOut: 9e9, age: 100 }), client({ netOut: 10 })]),
          ...(log ? [saw(commandLog, { requests: [], replies: log })] : []),
        ],
      },
    ],
  });
}

const logged = (count: number, ago = 5) => Array.from({ length: count }, (_, id) => largeEntry({ id, at: NOW - ago }));

test.each<[string, Row, string]>([
  ['small replies', { sent: 20 * MB, commands: 40_000 }, 'clear'],
  ['16 KiB on average', { sent: 1000 * 16 * KB }, 'clear'],
  ['more than 16 KiB', { sent: 1000 * 17 * KB }, 'info'],
  ['a MiB on average', { sent: 1000 * MB }, 'warning'],
  ['large, but hardly any', { sent: 7 * MB, commands: 7 }, 'clear'],
  ['what replicas are sent', { sent: 1000 * MB, toReplicas: 995 * MB }, 'clear'],
  ['what subscribers are sent', { sent: 1000 * MB, published: 10 }, 'clear'],
  ['no commands at all', { commands: 0 }, 'clear'],
  ['five in the log of a minute', { log: logged(5) }, 'warning'],
  ['four', { log: logged(4) }, 'clear'],
  ['five of long ago', { log: logged(5, 61) }, 'clear'],
  ['five of five kinds', { log: logged(5).map((one, at) => ({ ...one, shape: `C${at} <key>` })) }, 'clear'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('who is sent that much is told', () => {
  expect(rule.assess('rule', rowScene({ sent: 1000 * MB }))).toMatchObject([
    {
      headline: 'A reply has 1 MiB on average: 500 MiB a second for 500 commands',
      evidence: [
        { value: '1 MiB' },
        { field: 'tot-net-out of 10.0.0.x:5000 (export)', value: '86 MiB/s since it connected' },
        {},
      ],
    },
  ]);
  expect(rule.assess('rule', rowScene({ log: logged(6) }))).toMatchObject([
    {
      headline: '6 replies to HGETALL <key> in the last minute had up to 1.9 MiB',
      evidence: [{ field: 'commandlog large-reply hgetall', value: '6 in 60 s, from 10.0.0.x' }],
    },
  ]);
});

test('one sample says nothing', () => {
  const readings = [saw(stats, {}), saw(commandStats, { commands: new Map() })];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe('unassessed');
});
