import { expect, test } from 'vitest';
import replicaLinks from '../../../src/probes/replica-links.ts';
import replication from '../../../src/probes/replication.ts';
import replicationConfig from '../../../src/probes/replication-config.ts';
import rule from '../../../src/rules/replication/replica-output-buffer-near-limit.ts';
import { client } from '../../support/client.ts';
import { said, saw, scene } from '../../support/scene.ts';

const MIB = 1024 * 1024;

interface Row {
  /** MiB in the buffer, before and now. */
  omem: readonly [before: number, now: number];
  /** Hard and soft limit in MiB. */
  limit?: readonly [hard: number, soft: number];
  backlog?: number;
  version?: string;
}

function primary({ omem: [before, now], limit = [100, 0], backlog = 1, version = '7.0.15' }: Row) {
  const link = (mib: number) => [client({ flags: 'S', omem: mib * MIB }), client({ id: 8, flags: 'S' })];
  const setting = `normal 0 0 0 slave ${limit[0] * MIB} ${limit[1] * MIB} 60 pubsub 33554432 8388608 60`;
  return scene({
    nodes: [
      {
        readings: [
          saw(replication, { role: 'master', repl_backlog_size: backlog * MIB }),
          saw(replicaLinks, link(now), link(before)),
          saw(replicationConfig, { client_output_buffer_limit: setting }),
        ],
        identity: { version },
      },
    ],
  });
}

test.each<[string, Row, string]>([
  ['just below 60 % of the hard limit', { omem: [0, 59.9] }, 'clear'],
  ['60 % of the hard limit', { omem: [0, 60] }, 'warning'],
  ['just below 90 %', { omem: [80, 89.9] }, 'warning'],
  ['90 %', { omem: [80, 90] }, 'critical'],
  ['no limit at all', { omem: [900, 900], limit: [0, 0] }, 'clear'],
  ['above the soft limit, and growing', { omem: [11, 12], limit: [100, 10] }, 'critical'],
  ['above the soft limit just now', { omem: [9, 12], limit: [100, 10] }, 'warning'],
  ['above the soft limit, and draining', { omem: [30, 12], limit: [100, 10] }, 'warning'],
  ['below both limits', { omem: [9, 9], limit: [100, 10] }, 'clear'],
  ['a hard limit below the backlog does not count from 7.0 on', { omem: [95, 95], backlog: 200 }, 'clear'],
  ['it does on 6.2', { omem: [95, 95], backlog: 200, version: '6.2.16' }, 'critical'],
])('%s', (_sentence, row, want) => {
  expect(said(rule, primary(row))).toBe(want);
});

test('a server without replicas is not asked for its limits', () => {
  const readings = [saw(replication, { role: 'master' }), saw(replicaLinks, [], [])];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe('clear');
});
