import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineAction, type Plan, RISKS } from '../../src/domain/action.ts';
import { Finding } from '../../src/domain/finding.ts';
import { IncidentId, makeIds, SlackUserId } from '../../src/domain/ids.ts';
import { Playbook } from '../../src/domain/playbook.ts';
import { digestOf, type Proposal } from '../../src/domain/proposal.ts';
import type { Snapshot } from '../../src/domain/snapshot.ts';
import type { Shelves } from '../../src/flow/ports.ts';
import { type ProposeInput, propose } from '../../src/flow/propose.ts';
import { loadPlaybooks } from '../../src/io/playbooks.ts';
import { loadShelves } from '../../src/io/shelves.ts';
import { GIB, group, PRIMARY, primary, REPLICA, replica } from '../support/planning.ts';

const loaded = await loadShelves();
const shelves: Shelves = { ...loaded, playbooks: await loadPlaybooks(loaded) };

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const FULL = group([primary({ memory: { effective: 2 * GIB, used_memory: 2 * GIB } }), replica()], {
  purpose: 'cache',
});

const OOM = finding({ id: 'oom-noeviction-writes-rejected', playbooks: ['evict-for-cache', 'raise-maxmemory'] });
const NEAR = finding({ id: 'memory-near-maxmemory', severity: 'warning', playbooks: ['raise-maxmemory'] });

function finding(over: Partial<Finding>): Finding {
  return Finding.parse({
    id: 'x',
    severity: 'critical',
    node: PRIMARY,
    headline: 'It is full',
    evidence: [],
    more: 'More.',
    explains: [],
    explainedBy: null,
    playbooks: [],
    ...over,
  });
}

function proposed(findings: Finding[], over: Partial<ProposeInput> = {}, snapshot: Snapshot = FULL) {
  let last = 0;
  return propose({
    snapshot,
    report: { target: 'prod', verdict: 'critical', takenAt: NOW, tookMs: 1, nodes: [], findings, unassessed: [] },
    incident: {
      id: IncidentId.parse('inc_0000000001'),
      target: snapshot.target.name,
      channel: 'C1',
      state: 'open',
      openedBy: 'test',
      requestedBy: null,
      openedAt: NOW,
      resolvedAt: null,
      resolution: null,
      report: null,
      trouble: null,
    },
    requestedBy: null,
    underWay: [],
    tried: [],
    shelves,
    ids: makeIds((below) => {
      last += 1;
      return last % below;
    }),
    now: NOW,
    ...over,
  });
}

const names = (proposals: readonly Proposal[]) => proposals.map(({ playbook }) => playbook);

describe('what a proposal is', () => {
  const riley = SlackUserId.parse('URILEY');
  const { proposals } = proposed([OOM, NEAR], { requestedBy: riley });
  const [raise, evict] = proposals;

  test('the safest first, each once though two findings ask for it', () =>
    expect(names(proposals)).toEqual(['raise-maxmemory', 'evict-for-cache']));

  test('it carries who asked, where it runs, what it answers and its risk', () => {
    expect(raise).toMatchObject({
      group: PRIMARY,
      node: PRIMARY,
      risk: 'reversible',
      state: 'open',
      requestedBy: riley,
    });
    expect(raise?.findings).toEqual(['oom-noeviction-writes-rejected', 'memory-near-maxmemory']);
    expect(raise?.settled).toMatchObject({ clear: raise?.findings, withinSeconds: 10 });
  });

  test('the digest is that of the body, and no two are alike', () => {
    for (const proposal of proposals) expect(proposal.digest).toBe(digestOf(proposal));
    expect(raise?.digest).not.toBe(evict?.digest);
  });

  test('half an hour to approve, ten minutes for what cannot be undone', () => {
    expect(evict?.risk).toBe('destructive');
    expect(proposals.map(({ expiresAt }) => (expiresAt - NOW) / MINUTE)).toEqual([30, 10]);
  });

  test('it knows the values that it was computed from, on every server that it touches', () => {
    const [step] = raise?.steps ?? [];
    expect(step?.kind === 'action' && step.expects).toEqual(
      expect.arrayContaining([
        { node: PRIMARY, reading: 'server.run_id', value: 'r1' },
        { node: PRIMARY, reading: 'memory-config.maxmemory', value: String(2 * GIB) },
        { node: REPLICA, reading: 'replication.role', value: 'slave' },
      ]),
    );
  });
});

describe('which findings are answered', () => {
  const symptom = finding({ ...NEAR, explainedBy: 'root' });

  test('not an info', () => expect(proposed([finding({ ...OOM, severity: 'info' })]).proposals).toEqual([]));

  test('a symptom when nothing can be done about its root', () => {
    expect(names(proposed([finding({ id: 'root', playbooks: [] }), symptom]).proposals)).toEqual(['raise-maxmemory']);
    const refused = finding({ id: 'root', playbooks: ['bgsave-nothing'] });
    expect(names(proposed([refused, symptom]).proposals)).toEqual(['raise-maxmemory']);
  });

  test('no symptom of a root that has a remedy', () => {
    const root = finding({ id: 'root', playbooks: ['set'] });
    const over = {
      shelves: { ...shelves, ...oneAction(), playbooks: new Map([...shelves.playbooks, ...playbook('set')]) },
    };
    expect(names(proposed([root, symptom], over).proposals)).toEqual(['set']);
  });

  test('a proposal whose commands are at work already is not made again', () => {
    const [raise] = proposed([NEAR]).proposals;
    if (!raise) throw new Error('no proposal');
    expect(proposed([NEAR], { underWay: [raise] }).proposals).toEqual([]);
  });

  test('four at most', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const playbooks = new Map(ids.flatMap((id) => [...playbook(id)]));
    const over = { shelves: { ...shelves, ...oneAction(), playbooks } };
    expect(names(proposed([finding({ playbooks: ids })], over).proposals)).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('what is refused says why', () => {
  const calm = group([primary()]);
  test.each([
    ['the action', calm, [NEAR], 'that is not too full'],
    [
      'a guard',
      group([primary({ memoryConfig: { maxmemory: 0 } })]),
      [NEAR],
      'There is no maxmemory set, so there is no limit to raise',
    ],
    [
      'a node that could not be read',
      group([{ name: PRIMARY, cause: 'hung' }]),
      [NEAR],
      `${PRIMARY} could not be read`,
    ],
    [
      'a reading that the action needs',
      group([{ ...primary(), readings: primary().readings.slice(0, 1) }]),
      [NEAR],
      'this probe was not asked',
    ],
  ])('%s', (_what, snapshot, findings, because) => {
    const { proposals, refused } = proposed(findings, {}, snapshot);
    expect(proposals).toEqual([]);
    expect(refused).toMatchObject([{ playbook: 'raise-maxmemory', finding: 'memory-near-maxmemory' }]);
    expect(refused[0]?.because).toContain(because);
  });

  test('a guard about a reading that was not answered', () => {
    const unread = group([{ ...primary(), readings: [] }]);
    expect(proposed([NEAR], {}, unread).refused[0]?.because).toContain('not asked');
  });

  test('a watched value that cannot be read', () => {
    const watches = [{ node: PRIMARY, reading: 'memory.current_eviction_exceeded_time' }];
    const over = { shelves: { ...shelves, ...oneAction({ watches }), playbooks: playbook('set') } };
    expect(proposed([finding({ playbooks: ['set'] })], over).refused[0]?.because).toContain('does not report');
  });
});

test('a step does not expect unchanged what a step before it sets', () => {
  const maxmemory = { node: PRIMARY, reading: 'memory-config.maxmemory' };
  const role = { node: PRIMARY, reading: 'replication.role' };
  const commands = [
    { node: PRIMARY, argv: ['CONFIG', 'SET', 'maxmemory', '1'] as const, applied: [{ ...maxmemory, value: '1' }] },
  ];
  const actions = oneAction({ watches: [maxmemory, role], commands });
  const over = { shelves: { ...shelves, ...actions, playbooks: playbook('twice', ['set', 'set']) } };
  const [twice] = proposed([finding({ playbooks: ['twice'] })], over).proposals;
  const expects = twice?.steps.map((step) => step.kind === 'action' && step.expects.map(({ reading }) => reading));
  expect(expects).toEqual([['memory-config.maxmemory', 'replication.role'], ['replication.role']]);
});

function oneAction(over: Partial<Omit<Plan<unknown>, 'args'>> = {}): Pick<Shelves, 'actions'> {
  const set = defineAction({
    args: z.strictObject({}),
    needs: [],
    sends: [],
    risks: RISKS,
    plan: (args) => ({
      args,
      commands: [{ node: PRIMARY, argv: ['PING'], applied: [] }],
      undo: 'Nothing to undo.',
      impact: [],
      risk: 'reversible',
      watches: [],
      ...over,
    }),
  });
  return { actions: new Map([['set', set]]) };
}

function playbook(id: string, actions = ['set']): Shelves['playbooks'] {
  const parsed = Playbook.parse({
    title: 'Do it',
    summary: 'Because it helps here.',
    when: ['x'],
    steps: actions.map((action) => ({ action })),
    settled: { within_s: 1 },
  });
  return new Map([
    [id, { id, playbook: parsed, unless: [], hold: [], file: '', own: false, parameters: [], waits: new Map() }],
  ]);
}

describe('people and commands', () => {
  const causes = finding({ id: 'node-unreachable', playbooks: ['finish-slot-move'], explains: [OOM.id] });
  const symptom = { ...OOM, explainedBy: 'node-unreachable', explainedOn: PRIMARY };

  test('what only people can do comes last, and hides no command that helps with what comes of it', () => {
    const { proposals } = proposed([causes, symptom]);
    expect(names(proposals)).toEqual(['raise-maxmemory', 'evict-for-cache', 'finish-slot-move']);
  });

  test('what is for another kind of deployment is not told', () => {
    const steal = finding({
      id: 'cpu-steal-throttle',
      playbooks: ['sentinel-failover', 'cluster-failover', 'no-such'],
    });
    expect(proposed([steal]).refused.map(({ playbook }) => playbook)).toEqual(['no-such']);
  });
});

test('a finding about the target is answered from a node that was read, and says what it is about', () => {
  const whole = { ...OOM, node: 'prod' };
  expect(proposed([whole]).proposals[0]).toMatchObject({ node: PRIMARY, about: 'prod' });
});
