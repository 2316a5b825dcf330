import { expect, test } from 'vitest';
import clientList from '../../../src/probes/client-list.ts';
import clusterSlotStats from '../../../src/probes/cluster-slot-stats.ts';
import commandStats from '../../../src/probes/command-stats.ts';
import cpu from '../../../src/probes/cpu.ts';
import hotKeys, { type HotKeys } from '../../../src/probes/hot-keys.ts';
import rule from '../../../src/rules/commands/hot-key-suspected.ts';
import { client } from '../../support/client.ts';
import { type ReadSketch, said, saw, scene } from '../../support/scene.ts';

/** When scenes are taken. */
const NOW = 1_800_000_000_000;

interface Row {
  /** Of a core. */
  core: number;
  /** Milliseconds a second in INCR, and in everything else. */
  incr?: number;
  others?: number;
  session?: Partial<HotKeys>;
  /** Microseconds that the cluster counted by slot; undefined where only keys are counted. */
  slots?: readonly (number | undefined)[];
  /** What the other shards use. */
  shards?: readonly number[];
}

function shard(name: string, core: number, incr = 0, others = 0): ReadSketch {
  const times = (seconds: number) => ({ used_cpu_user: core * seconds, used_cpu_sys: 0 });
  const counters = (seconds: number) => ({
    commands: new Map([
      ['incr', { calls: incr * seconds, usec: incr * seconds * 1000, rejected: 0, failed: 0 }],
      ['get', { calls: others * seconds, usec: others * seconds * 1000, rejected: 0, failed: 0 }],
    ]),
  });
  return {
    name,
    identity: { mode: 'cluster' },
    readings: [saw(cpu, times(2), times(0)), saw(commandStats, counters(2), counters(0))],
  };
}

function rowScene({ core, incr, others, session, slots, shards = [] }: Row) {
  const first = shard('10.0.0.1:6379', core, incr, others);
  const counted = {
    active: true,
    startedAt: NOW - 60_000,
    durationMs: 30_000,
    cpuShares: undefined,
    netShares: undefined,
  };
  const told = session ? [saw(hotKeys, { session: { ...counted, ...session } })] : [];
  const bySlot = slots?.map((usec, slot) => ({ slot, keys: 3, ...(usec !== undefined && { cpuMicroseconds: usec }) }));
  return scene({
    nodes: [
      {
        ...first,
        readings: [...first.readings, ...told, ...(bySlot ? [saw(clusterSlotStats, { slots: bySlot })] : [])],
      },
      ...shards.map((share, at) => shard(`10.0.0.${at + 2}:6379`, share, 10)),
    ],
  });
}

/** What is said of the first node. */
function first(row: Row): string | undefined {
  return said(rule, rowScene(row)).split(' ')[0];
}

test.each<[string, Row, string]>([
  ['a calm server', { core: 0.4, incr: 400 }, 'clear'],
  ['a full server, and nothing that says of what', { core: 0.97, incr: 300, others: 300 }, 'unassessed'],
  ['one command that fills a lone server', { core: 0.97, incr: 900 }, 'unassessed'],
  ['one command that fills one shard of three', { core: 0.97, incr: 900, shards: [0.2, 0.1] }, 'high'],
  ['several commands that fill one shard', { core: 0.97, incr: 500, others: 400, shards: [0.2, 0.1] }, 'unassessed'],
  ['one command that fills all shards', { core: 0.97, incr: 900, shards: [0.2, 0.5] }, 'unassessed'],
  ['a shard that is busy, not full', { core: 0.89, incr: 800, shards: [0.2, 0.1] }, 'unassessed'],
  ['HOTKEYS: a quarter of a core', { core: 0.5, session: { cpuShares: [0.5, 0.1] } }, 'high'],
  ['HOTKEYS: less than a fifth of a core', { core: 0.6, session: { cpuShares: [0.3, 0.3] } }, 'clear'],
  ['a slot with a quarter of a core', { core: 0.5, slots: [10, 500, 490] }, 'warning'],
  ['slots that share the work', { core: 0.5, slots: [300, 350, 350] }, 'clear'],
  ['slots whose keys alone are counted', { core: 0.5, slots: [undefined, undefined] }, 'unassessed'],
  ['HOTKEYS: half of the traffic', { core: 0.6, session: { netShares: [0.5] } }, 'high'],
  [
    'HOTKEYS that ended long ago',
    { core: 0.6, session: { cpuShares: [0.9], startedAt: NOW - 3_600_000 } },
    'unassessed',
  ],
])('%s: %s', (_what, row, wanted) => {
  expect(first(row)).toBe(wanted);
});

test('the share of the hottest key is told, and who sends the most', () => {
  const [hot] = rule.assess('rule', rowScene({ core: 0.9, session: { cpuShares: [0.6] } }));
  expect(hot).toMatchObject({ headline: 'One key takes 60 % of the work of this server, which uses 90 % of a core' });
  const snapshot = rowScene({ core: 0.97, incr: 900, shards: [0.1] });
  const [node] = snapshot.nodes;
  const clients = [client({ id: 3, commands: 900, age: 10 }), client({ id: 4, commands: 100, age: 10 })];
  const outcomes = node?.kind === 'read' ? new Map(node.outcomes) : new Map();
  outcomes.set(clientList, { kind: 'read', reading: { now: clients, seconds: 0 } });
  const nodes = snapshot.nodes.map((one) => (one === node && one.kind === 'read' ? { ...one, outcomes } : one));
  expect(rule.assess('rule', { ...snapshot, nodes })[0]).toMatchObject({
    headline: 'This shard is full (97 % of a core) with INCR, while the others use no more than 10 %',
    evidence: [
      { field: 'cmdstat_incr', value: '100 % of the time of all commands' },
      { field: 'client id=3 tot-cmds', value: '90 % of all commands' },
    ],
  });
});
