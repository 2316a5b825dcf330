import { expect, test } from 'vitest';
import hostNetwork from '../../../src/probes/host-network.ts';
import stats from '../../../src/probes/stats.ts';
import rule from '../../../src/rules/network/network-saturated.ts';
import { kept } from '../../support/points.ts';
import { said, saw, scene } from '../../support/scene.ts';

const GBIT = 1e9;

interface Row {
  /** Bits a second. */
  out?: number;
  in?: number;
  /** Of the network; a gigabit when absent. */
  limit?: number | null;
  seconds?: number;
  /** Bits a second of the minutes before. */
  history?: readonly number[];
  /** What the host says of its interfaces: bits a second and bytes sent. */
  interfaces?: readonly [speed: number | undefined, sent: number][];
}

function rowScene({ out = 0, in: received = 0, limit = GBIT, seconds = 2, history, interfaces }: Row) {
  const counters = (time: number) => ({
    total_net_output_bytes: (out / 8) * time,
    total_net_input_bytes: (received / 8) * time,
  });
  const seen = interfaces?.map(([speed, sent], at) => ({
    name: `eth${at}`,
    received: 0,
    sent,
    ...(speed && { speed }),
  }));
  const host = seen ? [saw(hostNetwork, { interfaces: seen })] : [];
  let sent = 0;
  const points = [0, ...(history ?? [])].map((bits) => {
    sent += (bits / 8) * 60;
    return { total_net_output_bytes: sent, total_net_input_bytes: 0 };
  });
  return scene({
    nodes: [{ readings: [saw(stats, counters(seconds), counters(0)), ...host], seconds }],
    ...(history && { series: { '127.0.0.1:6379': kept(points) } }),
    ...(limit !== null && { target: { networkBitsPerSecond: limit } }),
  });
}

test.each<[string, Row, string]>([
  ['half of it', { out: 0.5 * GBIT }, 'clear'],
  ['70 % for two seconds', { out: 0.7 * GBIT }, 'info'],
  ['90 % for two seconds', { out: 0.9 * GBIT }, 'warning'],
  ['70 % for ten seconds', { out: 0.7 * GBIT, seconds: 10 }, 'warning'],
  ['90 % for ten seconds', { out: 0.9 * GBIT, seconds: 10 }, 'critical'],
  ['90 % for minutes', { out: 0.9 * GBIT, history: [0.95 * GBIT, 0.95 * GBIT] }, 'critical'],
  ['90 % after calm minutes', { out: 0.9 * GBIT, history: [0.1 * GBIT, 0.1 * GBIT] }, 'clear'],
  ['what it receives', { in: 0.95 * GBIT, seconds: 10 }, 'critical'],
  ['both directions below', { in: 0.6 * GBIT, out: 0.6 * GBIT, seconds: 10 }, 'clear'],
  ['half a second', { out: GBIT, seconds: 0.5 }, 'unassessed'],
  ['much traffic on a network that nobody described', { out: 50e6, limit: null }, 'unassessed'],
  ['an interface that tells its speed', { out: 0.95 * GBIT, limit: null, interfaces: [[GBIT, 5]] }, 'warning'],
  [
    'the busier of two',
    {
      out: 0.95 * GBIT,
      limit: null,
      interfaces: [
        [GBIT, 5],
        [10 * GBIT, 9],
      ],
    },
    'clear',
  ],
  ['an interface that does not tell', { out: 0.95 * GBIT, limit: null, interfaces: [[undefined, 5]] }, 'unassessed'],
  ['hardly any traffic on it', { out: 1e6, limit: null }, 'clear'],
])('%s: %s', (_what, row, wanted) => {
  expect(said(rule, rowScene(row))).toBe(wanted);
});

test('the direction and the rate are told', () => {
  expect(rule.assess('rule', rowScene({ out: 0.95 * GBIT, seconds: 10 }))).toMatchObject([
    {
      headline: 'The server sends 950 Mbit/s, 95 % of what its network carries, for 10 s',
      evidence: [{ field: 'total_net_output_bytes', expected: '< 700 Mbit/s of 1 Gbit/s' }],
    },
  ]);
});
