import { describe, expect, test } from 'vitest';
import type { Severity } from '../../src/domain/finding.ts';
import { Playbook } from '../../src/domain/playbook.ts';
import { NotAnswered } from '../../src/domain/probe.ts';
import { defineRule, type Rule } from '../../src/domain/rule.ts';
import { UNREAD_CAUSES, type UnreadCause } from '../../src/domain/snapshot.ts';
import { judge } from '../../src/flow/judge.ts';
import { loadShelf } from '../../src/io/shelves.ts';
import clientList from '../../src/probes/client-list.ts';
import memory from '../../src/probes/memory.ts';
import { clusterScene } from '../support/cluster-scene.ts';
import { type SceneSketch, saw, scene } from '../support/scene.ts';

const PRIMARY = '10.0.0.1:6379';
const REPLICA = '10.0.0.2:6379';
const STRANGER = '10.0.0.9:6379';

/** Primary and replica linked, and a third server that has nothing to do with them. */
const PAIR: SceneSketch = {
  nodes: [
    { name: PRIMARY, readings: [] },
    { name: REPLICA, role: 'replica', readings: [], identity: { primary: { host: '10.0.0.1', port: 6379 } } },
    { name: STRANGER, readings: [] },
  ],
};

const LAST = '10.0.0.3:6379';

/** A primary, its replica, and a replica of that; the third is another replica of the primary. */
const CHAIN: SceneSketch = {
  nodes: [
    { name: PRIMARY, readings: [] },
    { name: REPLICA, role: 'replica', readings: [], identity: { primary: { host: '10.0.0.1', port: 6379 } } },
    { name: STRANGER, role: 'replica', readings: [], identity: { primary: { host: '10.0.0.1', port: 6379 } } },
    { name: LAST, role: 'replica', readings: [], identity: { primary: { host: '10.0.0.2', port: 6379 } } },
  ],
};

/** As a server says it whose script runs for too long. */
const DETAIL = 'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.';

/** A rule that finds its fault on the given nodes. */
function finds(severity: Severity, nodes: string | readonly string[], explains: readonly string[] = []): Rule {
  return defineRule({
    scope: 'target',
    needs: {},
    more: 'More.',
    explains,
    check: () => [nodes].flat().map((node) => ({ node, severity, headline: `${severity} on ${node}`, evidence: [] })),
  });
}

function report(
  rules: Record<string, Rule>,
  sketch = PAIR,
  playbooks: Parameters<typeof judge>[1]['playbooks'] = new Map(),
) {
  return judge(scene(sketch), { rules: new Map(Object.entries(rules)), playbooks });
}

/** Each finding with its cause, in the order of the report: `symptom@node<cause`. */
function story(rules: Record<string, Rule>): string[] {
  return report(rules).findings.map(
    ({ id, node, explainedBy }) => `${id}@${node}${explainedBy ? `<${explainedBy}` : ''}`,
  );
}

describe('causes and symptoms', () => {
  test('a cause explains its symptom on the same node, and says so', () => {
    const { findings } = report({
      symptom: finds('critical', PRIMARY),
      cause: finds('critical', PRIMARY, ['symptom', 'other']),
    });
    expect(findings.map(({ id, explains, explainedBy }) => ({ id, explains, explainedBy }))).toEqual([
      { id: 'cause', explains: ['symptom'], explainedBy: null },
      { id: 'symptom', explains: [], explainedBy: 'cause' },
    ]);
  });

  test.each([
    ['over a replication link', PRIMARY, REPLICA, true],
    ['against the direction of the link', REPLICA, PRIMARY, true],
    ['when the cause is about the target as a whole', 'prod', STRANGER, true],
    ['when the symptom is about the target as a whole', STRANGER, 'prod', true],
    ['not between servers without a link', PRIMARY, STRANGER, false],
  ])('a cause explains a symptom %s', (_sentence, cause, symptom, explained) => {
    const found = story({ cause: finds('high', cause, ['symptom']), symptom: finds('warning', symptom) });
    expect(found[1]).toBe(`symptom@${symptom}${explained ? '<cause' : ''}`);
  });

  test('a case may account for more than its rule always does', () => {
    const here = '10.0.0.1:6379';
    const cause = defineRule({
      scope: 'target',
      needs: {},
      more: 'More.',
      check: () => [{ node: here, severity: 'warning', headline: 'x', evidence: [], explains: ['symptom'] }],
    });
    expect(story({ cause, symptom: finds('warning', here) })).toEqual([`cause@${here}`, `symptom@${here}<cause`]);
  });

  test('a case may be too mild to account for what its rule accounts for', () => {
    const here = '10.0.0.1:6379';
    const mild = defineRule({
      scope: 'target',
      needs: {},
      more: 'More.',
      explains: ['symptom'],
      check: () => [{ node: here, severity: 'warning', headline: 'x', evidence: [], causes: false }],
    });
    expect(story({ mild, symptom: finds('warning', here) })).toEqual([`mild@${here}`, `symptom@${here}`]);
  });

  test('what is only noted explains other notes, but no fault', () => {
    const rules = {
      note: finds('info', PRIMARY, ['fault', 'other']),
      fault: finds('warning', PRIMARY),
      other: finds('info', PRIMARY),
    };
    expect(story(rules)).toEqual([`fault@${PRIMARY}`, `note@${PRIMARY}`, `other@${PRIMARY}<note`]);
  });

  test('a Sentinel has to do with every server and with the other Sentinels', () => {
    const [watcher, dead] = ['10.0.1.1:26379', '10.0.1.2:26379'];
    const sketch: SceneSketch = {
      ...PAIR,
      sentinels: [
        { name: watcher, readings: [] },
        { name: dead, cause: 'unreachable' },
      ],
    };
    const explained = (cause: string, symptom: string) =>
      report({ cause: finds('high', cause, ['symptom']), symptom: finds('warning', symptom) }, sketch).findings[1]
        ?.explainedBy;
    expect([explained(dead, watcher), explained(PRIMARY, watcher), explained(watcher, REPLICA)]).toEqual([
      'cause',
      'cause',
      'cause',
    ]);
  });

  test.each([
    ['explains what a primary misses', STRANGER, true],
    ['does not explain what a linked replica misses', REPLICA, false],
  ])('a member that cannot be read and that nobody names %s', (_sentence, symptom, explained) => {
    const dead = '10.0.0.8:6379';
    const rules = { cause: finds('high', dead, ['symptom']), symptom: finds('warning', symptom) };
    const { findings } = report(rules, { nodes: [...PAIR.nodes, { name: dead, cause: 'unreachable' }] });
    expect(findings[1]?.explainedBy).toBe(explained ? 'cause' : null);
  });

  test.each([
    ['down the whole chain', PRIMARY, LAST, true],
    ['not up a chain beyond one link', LAST, PRIMARY, false],
    ['not from one replica to its sibling', STRANGER, LAST, false],
  ])('a cause explains a symptom %s', (_sentence, cause, symptom, explained) => {
    const rules = { cause: finds('high', cause, ['symptom']), symptom: finds('warning', symptom) };
    expect(report(rules, CHAIN).findings[1]?.explainedBy).toBe(explained ? 'cause' : null);
  });

  test('the cause on the same node goes before a more severe one across the link', () => {
    expect(
      story({
        far: finds('critical', PRIMARY, ['symptom']),
        near: finds('warning', REPLICA, ['symptom']),
        symptom: finds('high', REPLICA),
      }),
    ).toEqual([`far@${PRIMARY}`, `near@${REPLICA}`, `symptom@${REPLICA}<near`]);
  });

  test('of two causes on one node the more severe one wins', () => {
    const found = story({
      mild: finds('warning', PRIMARY, ['symptom']),
      bad: finds('critical', PRIMARY, ['symptom']),
      symptom: finds('high', PRIMARY),
    });
    expect(found[1]).toBe(`symptom@${PRIMARY}<bad`);
  });

  test('a symptom can explain another one, in a chain', () => {
    expect(
      story({
        c: finds('critical', PRIMARY),
        b: finds('high', PRIMARY, ['c']),
        a: finds('warning', PRIMARY, ['b']),
        other: finds('high', STRANGER),
      }),
    ).toEqual([`a@${PRIMARY}`, `b@${PRIMARY}<a`, `c@${PRIMARY}<b`, `other@${STRANGER}`]);
  });

  test('two findings that claim each other do not go round in circles', () => {
    const found = story({ a: finds('high', PRIMARY, ['b']), b: finds('critical', PRIMARY, ['a']) });
    expect(found).toEqual([`b@${PRIMARY}`, `a@${PRIMARY}<b`]);
  });

  test('one cause with symptoms on two nodes names their rule once', () => {
    const { findings } = report({
      cause: finds('critical', PRIMARY, ['symptom']),
      symptom: finds('high', [PRIMARY, REPLICA]),
    });
    expect(findings[0]?.explains).toEqual(['symptom']);
    expect(findings.map(({ id }) => id)).toEqual(['cause', 'symptom', 'symptom']);
  });

  test('roots come by severity', () => {
    expect(
      story({
        i: finds('info', PRIMARY),
        w: finds('warning', PRIMARY),
        c: finds('critical', PRIMARY),
        h: finds('high', PRIMARY),
      }),
    ).toEqual([`c@${PRIMARY}`, `h@${PRIMARY}`, `w@${PRIMARY}`, `i@${PRIMARY}`]);
  });
});

describe('causes and symptoms in a cluster', () => {
  const fold = (rules: Record<string, Rule>, dead = 'a') =>
    judge(clusterScene({ [dead]: { dead: true, flags: 'fail' } }), {
      rules: new Map(Object.entries(rules)),
      playbooks: new Map(),
    })
      .findings.filter(({ explainedBy }) => explainedBy !== null)
      .map(({ id, node }) => `${id}@${node}`);

  test('a dead member explains what its shard feels, and no other shard', () => {
    const felt = finds('warning', ['10.0.0.4:6379', '10.0.0.5:6379']);
    expect(fold({ dead: finds('critical', '10.0.0.1:6379', ['felt']), felt })).toEqual(['felt@10.0.0.4:6379']);
    const missed = finds('warning', ['10.0.0.1:6379', '10.0.0.2:6379']);
    expect(fold({ dead: finds('critical', '10.0.0.4:6379', ['missed']), missed }, 'd')).toEqual([
      'missed@10.0.0.1:6379',
    ]);
  });

  test('through what it does to the cluster it explains what any node shows', () => {
    const rules = {
      dead: finds('critical', '10.0.0.1:6379', ['down']),
      down: finds('critical', 'prod', ['errors']),
      errors: finds('warning', '10.0.0.6:6379'),
    };
    expect(fold(rules)).toEqual(['down@prod', 'errors@10.0.0.6:6379']);
  });
});

describe('the verdict', () => {
  test.each([
    ['healthy', []],
    ['healthy', ['info']],
    ['warning', ['info', 'warning']],
    ['critical', ['warning', 'high']],
    ['critical', ['critical']],
  ] as const)('is %s with findings %j', (verdict, severities) => {
    const rules = Object.fromEntries(severities.map((severity) => [severity, finds(severity, PRIMARY)]));
    expect(report(rules).verdict).toBe(verdict);
  });

  test.each([
    ['unreachable', ['unreachable']],
    ['unreachable', ['hung', 'not-a-redis-server', 'tls-mismatch']],
    ['unassessed', ['unreachable', 'auth-refused']],
    ['unassessed', ['auth-required']],
    ['unassessed', ['no-permission']],
    ['unassessed', ['protected-mode']],
    ['critical', ['busy']],
    ['critical', ['max-clients', 'unreachable']],
  ] as const)('is %s when no node could be read because of %j', (verdict, causes) => {
    const nodes = causes.map((cause, at) => ({ name: `10.0.0.${at + 1}:6379`, cause }));
    expect(report({ found: finds('high', nodes[0]?.name ?? '') }, { nodes }).verdict).toBe(verdict);
  });

  const SENTINEL = { name: '10.0.1.1:26379', readings: [] };
  const DEAD_SENTINEL = { name: '10.0.1.2:26379', cause: 'unreachable' } as const;

  test.each([
    ['unreachable', 'no Sentinel can be reached, so that no server is known', [], [DEAD_SENTINEL], 'critical'],
    ['unassessed', 'the Sentinels do not know the master', [], [SENTINEL, DEAD_SENTINEL], 'high'],
    [
      'unassessed',
      'a Sentinel does not let us in',
      [],
      [{ ...DEAD_SENTINEL, cause: 'auth-required' as const }],
      'high',
    ],
    [
      'unreachable',
      'the Sentinels are well and no server can be reached',
      [{ cause: 'unreachable' as const }],
      [SENTINEL],
      'high',
    ],
    [
      'critical',
      'the Sentinels know that the primary is down',
      [{ cause: 'unreachable' as const }],
      [SENTINEL],
      'critical',
    ],
    ['warning', 'one Sentinel is down and all else is well', [{ readings: [] }], [SENTINEL, DEAD_SENTINEL], 'warning'],
  ] as const)('is %s when %s', (verdict, _what, nodes, sentinels, severity) => {
    expect(report({ found: finds(severity, '10.0.1.2:26379') }, { nodes, sentinels }).verdict).toBe(verdict);
  });

  test('is unassessed when nothing was found but INFO lacked what the rules need', () => {
    const sketch: SceneSketch = { nodes: [{ readings: [saw(memory, 'INFO has no maxmemory')] }] };
    expect(report({}, sketch).verdict).toBe('unassessed');
    expect(report({ w: finds('warning', '127.0.0.1:6379') }, sketch).verdict).toBe('warning');
  });

  test('is healthy when only a question beside INFO was refused', () => {
    expect(report({}, { nodes: [{ readings: [saw(clientList, 'NOPERM')] }] }).verdict).toBe('healthy');
  });
});

describe('rules that cannot answer', () => {
  const clear = defineRule({ scope: 'node', needs: {}, more: '', check: () => undefined });

  test('a rule that breaks is unassessed with the reason, and the others still speak', () => {
    const broken = defineRule({
      scope: 'node',
      needs: {},
      more: '',
      check: () => {
        throw new TypeError('x is undefined');
      },
    });
    const { unassessed, findings } = report({ broken, clear, found: finds('warning', PRIMARY) });
    expect(unassessed).toEqual([{ id: 'broken', node: 'prod', reason: 'the rule failed: x is undefined' }]);
    expect(findings.map(({ id }) => id)).toEqual(['found']);
  });

  test('a rule that could not look says so for each node', () => {
    const blind = defineRule({
      scope: 'node',
      needs: {},
      more: '',
      check: () => {
        throw new NotAnswered('NOPERM');
      },
    });
    expect(report({ blind }).unassessed).toEqual(
      [PRIMARY, REPLICA, STRANGER].map((node) => ({ id: 'blind', node, reason: 'NOPERM' })),
    );
  });
});

test('nodes are listed with what is known of them', () => {
  const sketch: SceneSketch = {
    nodes: [
      { name: PRIMARY, readings: [], identity: { engine: 'valkey', version: '8.1.1' } },
      { name: REPLICA, cause: 'hung' },
    ],
  };
  expect(report({}, sketch).nodes).toEqual([
    { name: PRIMARY, role: 'primary', engine: 'valkey', engineVersion: '8.1.1', reachable: true },
    { name: REPLICA, role: 'unknown', engine: 'unknown', engineVersion: '', reachable: false },
  ]);
});

test('nodes of a cluster are listed with their shard, the dead ones in the role that their peers know', () => {
  const { nodes } = judge(clusterScene({ a: { dead: true, flags: 'fail' } }), {
    rules: new Map(),
    playbooks: new Map(),
  });
  const rows = nodes.map(
    ({ name, role, reachable, slots }) => `${name} ${role} ${slots}${reachable ? '' : ' not read'}`,
  );
  expect(rows.slice(0, 4)).toEqual([
    '10.0.0.1:6379 primary 0-5460 not read',
    '10.0.0.2:6379 primary 5461-10922',
    '10.0.0.3:6379 primary 10923-16383',
    '10.0.0.4:6379 replica 0-5460',
  ]);
});

test.each([
  [undefined, ['any', 'caches', 'stores']],
  ['cache', ['any', 'caches']],
  ['store', ['any', 'stores']],
] as const)('a target with purpose %s is offered the playbooks %j', (purpose, ids) => {
  const playbook = (id: string, when: string, only?: string) => {
    const text = {
      title: 'Title',
      summary: 'A long summary',
      when: [when],
      steps: [{ action: 'x' }],
      settled: { within_s: 9 },
    };
    const loaded = Playbook.parse(only ? { ...text, for: [only] } : text);
    return [
      id,
      { id, playbook: loaded, unless: [], hold: [], file: '', own: false, parameters: [], waits: new Map() },
    ] as const;
  };
  const playbooks = new Map([
    playbook('any', 'fault'),
    playbook('caches', 'fault', 'cache'),
    playbook('stores', 'fault', 'store'),
    playbook('other', 'another'),
  ]);
  const sketch = purpose ? { ...PAIR, target: { purpose } } : PAIR;
  expect(report({ fault: finds('high', PRIMARY) }, sketch, playbooks).findings[0]?.playbooks).toEqual(ids);
});

test.each(UNREAD_CAUSES)(
  'a server that cannot be read (%s) is a finding, as a seed and as a member that was reported',
  async (cause: UnreadCause) => {
    const rules = await loadShelf<Rule>(new URL('../../src/rules/', import.meta.url));
    for (const origin of ['seed', { reportedBy: PRIMARY, as: 'replica' }] as const) {
      const found = judge(scene({ nodes: [{ name: REPLICA, cause, origin, detail: DETAIL }] }), {
        rules,
        playbooks: new Map(),
      });
      expect(found.findings.map(({ node }) => node)).toContain(REPLICA);
      expect(found.verdict).not.toBe('healthy');
    }
  },
);
