import * as fc from 'fast-check';
import { RISKS, VIAS } from '../../src/domain/action.ts';
import type { Automatic } from '../../src/domain/auto.ts';
import type { CommandLoad } from '../../src/domain/command-load.ts';
import { SEVERITIES } from '../../src/domain/finding.ts';
import { IncidentId, ProposalId, RunId, SlackUserId, TargetName } from '../../src/domain/ids.ts';
import type { Incident } from '../../src/domain/incident.ts';
import type { KeySample } from '../../src/domain/keys/key-sample.ts';
import type { KeyScan } from '../../src/domain/keys/key-scan.ts';
import { PARAMETER_TYPES } from '../../src/domain/parameter.ts';
import { PROPOSAL_STATES, type Proposal, type ProposalStep } from '../../src/domain/proposal.ts';
import { type Report, VERDICTS } from '../../src/domain/report.ts';
import { RUN_STATES, type Run, type RunStep, STEP_KINDS } from '../../src/domain/run.ts';
import type { Case, Thread } from '../../src/slack/cards/card.ts';

/** What could hurt: mentions, markup, entities, control and bidi characters, half characters, and length. */
const NASTY = [
  '<!channel>',
  '<!here|x>',
  '<@U12345678>',
  '<https://evil.example|click>',
  '@everyone @channel',
  '&lt;!channel&gt; &amp;',
  '```*_~`',
  'a\nb\r\nc\u2028d\0e\u001b[31m',
  '\u202Egnp.exe\u202C\u200B',
  '\uD800 lone',
  '👩‍🚒🔥',
  '',
];
const piece = fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'binary', maxLength: 60 }));
export const hostile: fc.Arbitrary<string> = fc.oneof(
  piece,
  fc.array(piece, { maxLength: 6 }).map((all) => all.join(' ')),
  fc.tuple(piece, fc.integer({ min: 1, max: 400 })).map(([text, times]) => text.repeat(times).slice(0, 5000)),
);

const at = fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 });
const user = fc.constantFrom(...['U024BE7LH', 'WABCDEF12'].map((id) => SlackUserId.parse(id)));
const target = fc.constantFrom('prod-cache', '[::1]:6379', `a${'b'.repeat(254)}`).map((name) => TargetName.parse(name));
const list = <T>(of: fc.Arbitrary<T>, maxLength: number) => fc.array(of, { maxLength });
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });

const plainFinding = fc.record({
  id: fc.constantFrom('memory-near-maxmemory', 'replica-link-down', 'slow-commands-present'),
  severity: fc.constantFrom(...SEVERITIES),
  node: hostile,
  headline: hostile,
  evidence: list(fc.record({ field: hostile, value: hostile, expected: hostile }), 15),
  more: hostile,
  explains: list(hostile, 3),
  explainedBy: maybe(fc.constantFrom('memory-near-maxmemory', 'replica-link-down')),
  playbooks: list(hostile, 3),
});
const competing = fc.array(fc.record({ id: hostile, node: hostile, tells: hostile }), { minLength: 2, maxLength: 4 });
const finding = fc
  .tuple(plainFinding, maybe(competing))
  .map(([plain, rivals]) => (rivals ? { ...plain, competing: rivals } : plain));

const sample: fc.Arbitrary<KeySample> = fc.record({
  node: hostile,
  total: fc.nat(),
  seen: fc.nat(),
  ended: fc.constantFrom('complete', 'keys', 'latency', 'cancelled'),
  tookMs: fc.nat(),
  types: list(fc.record({ type: hostile, keys: fc.nat(), bytes: maybe(fc.nat()) }), 5),
  biggest: list(fc.record({ family: hostile, name: hostile, db: fc.nat(15), type: hostile, bytes: fc.nat() }), 20),
  families: list(
    fc.record({
      family: hostile,
      keys: fc.nat(),
      bytes: maybe(fc.nat()),
      withoutTtl: fc.nat(),
      ttlKnown: fc.nat(),
      smallStrings: fc.nat(),
    }),
    20,
  ),
  encodings: fc.constant([]),
  idle: maybe(fc.record({ keys: fc.nat(), bytes: fc.nat() })),
  hottest: fc.constant([]),
  streams: list(
    fc.record({
      family: hostile,
      length: fc.nat(),
      groups: fc.nat(9),
      idleGroups: fc.nat(9),
      pending: fc.nat(),
      lag: maybe(fc.nat()),
      idleSeconds: maybe(fc.nat()),
    }),
    20,
  ),
  queues: fc.constant([]),
  mustExpire: fc.constant([]),
  denied: list(hostile, 5),
});

const keyScan: fc.Arbitrary<KeyScan> = fc.record({
  incident: fc.constant(IncidentId.parse('inc_0000000001')),
  target,
  requestedBy: user,
  state: fc.constantFrom('running', 'ended'),
  startedAt: at,
  cancelRequested: fc.boolean(),
  progress: fc.dictionary(hostile, fc.record({ place: fc.constant(undefined), sample }), { maxKeys: 8 }),
  trouble: maybe(hostile),
});

const logged = { shape: hostile, caller: hostile, count: fc.nat(500), instead: maybe(hostile) };
const figure = fc.double({ min: 0, max: 1e7, noNaN: true });
const load: fc.Arbitrary<CommandLoad> = fc.record({
  node: hostile,
  seconds: figure,
  busiest: list(
    fc.record({
      command: hostile,
      calls: fc.nat(),
      ms: figure,
      share: fc.double({ min: 0, max: 4, noNaN: true }),
      p50Ms: maybe(figure),
      p99Ms: maybe(figure),
    }),
    8,
  ),
  logSeconds: figure,
  slow: list(fc.record({ ...logged, totalMs: figure, maxMs: figure, share: figure }), 10),
  large: list(
    fc.record({ ...logged, kind: fc.constantFrom('request', 'reply'), totalBytes: figure, maxBytes: figure }),
    10,
  ),
});

const report: fc.Arbitrary<Report> = fc.record({
  target: hostile,
  verdict: fc.constantFrom(...VERDICTS),
  takenAt: at,
  tookMs: fc.nat(10_000),
  nodes: list(
    fc.record({
      name: hostile,
      role: fc.constantFrom('primary', 'replica', 'unknown'),
      engine: fc.constantFrom('redis', 'valkey', 'unknown'),
      engineVersion: hostile,
      reachable: fc.boolean(),
    }),
    20,
  ),
  findings: list(finding, 20),
  unassessed: list(fc.record({ id: hostile, node: hostile, reason: hostile }), 30),
  commands: list(load, 6),
  notOffered: list(fc.record({ playbook: hostile, finding: hostile, because: hostile }), 20),
});

export const incident: fc.Arbitrary<Incident> = fc.record({
  id: fc.constant(IncidentId.parse('inc_0000000001')),
  target,
  channel: fc.constant('C0000000001'),
  state: fc.constantFrom('open', 'resolved'),
  openedBy: hostile,
  requestedBy: maybe(user),
  openedAt: at,
  resolvedAt: maybe(at),
  resolution: maybe(hostile),
  report: maybe(report),
  trouble: maybe(hostile),
});

const expectation = fc.record({ node: hostile, reading: hostile, value: hostile });
const until = fc.record({ shows: list(expectation, 3), withinSeconds: fc.nat(3600) });
const command = fc.record(
  {
    node: hostile,
    via: fc.constantFrom(...VIAS),
    argv: fc.tuple(hostile, hostile, hostile),
    applied: list(expectation, 3),
    until,
  },
  { requiredKeys: ['node', 'argv', 'applied'] },
);
const step: fc.Arbitrary<ProposalStep> = fc.oneof(
  fc.record({
    kind: fc.constant('action' as const),
    otherwise: list(command, 5),
    action: hostile,
    args: fc.constant({}),
    node: hostile,
    commands: list(command, 20),
    undo: fc.oneof(list(command, 20), hostile),
    undoWhile: list(fc.record({ node: hostile, reading: hostile, below: fc.nat() }), 2),
    onlyWhile: list(fc.record({ node: hostile, reading: hostile, below: fc.nat() }), 2),
    impact: list(hostile, 10),
    expects: list(expectation, 5),
  }),
  fc.record({ kind: fc.constant('wait' as const), node: hostile, until: hostile, timeoutSeconds: fc.nat(3600) }),
  fc.record({
    kind: fc.constant('manual' as const),
    node: hostile,
    instruction: hostile,
    ask: maybe(hostile),
    until: maybe(hostile),
    timeoutSeconds: fc.nat(86_400),
  }),
  fc.record({ kind: fc.constant('notify' as const), node: hostile, text: hostile }),
);

export const proposal: fc.Arbitrary<Proposal> = fc.record({
  id: fc.constant(ProposalId.parse('prp_0000000001')),
  incident: fc.constant(IncidentId.parse('inc_0000000001')),
  target,
  group: hostile,
  playbook: hostile,
  undoes: maybe(fc.constant('run_0000000001')),
  title: hostile,
  summary: hostile,
  findings: fc.constant(['memory-near-maxmemory']),
  node: hostile,
  risk: fc.constantFrom(...RISKS),
  steps: fc.array(step, { minLength: 1, maxLength: 8 }),
  parameters: list(
    fc.record({
      name: fc.constantFrom('bytes', 'policy'),
      label: hostile,
      type: fc.constantFrom(...PARAMETER_TYPES),
      value: maybe(fc.oneof(hostile, fc.double({ noNaN: true }), fc.boolean())),
    }),
    12,
  ),
  settled: fc.record({ withinSeconds: fc.nat(3600), clear: list(hostile, 3), hold: list(hostile, 3) }),
  requestedBy: maybe(user),
  proposedAt: at,
  expiresAt: at,
  digest: fc.constant('a'.repeat(64)),
  state: fc.constantFrom(...PROPOSAL_STATES),
  reason: maybe(hostile),
  decidedAt: maybe(at),
});

const run: fc.Arbitrary<{ run: Run; steps: RunStep[] }> = fc.record({
  run: fc.record({
    id: fc.constant(RunId.parse('run_0000000001')),
    proposal: fc.constant(ProposalId.parse('prp_0000000001')),
    incident: fc.constant(IncidentId.parse('inc_0000000001')),
    target,
    group: hostile,
    state: fc.constantFrom(...RUN_STATES),
    verdict: maybe(fc.constantFrom('verified', 'not-verified', 'unknown')),
    fence: fc.nat(9),
    leaseUntil: maybe(at),
    queuedAt: at,
    startBefore: at,
    startedAt: maybe(at),
    endedAt: maybe(at),
    note: maybe(hostile),
    effects: maybe(list(fc.record({ node: hostile, reading: hostile, before: maybe(hostile), after: hostile }), 5)),
    cancelRequested: fc.boolean(),
  }),
  steps: list(
    fc.record({
      run: fc.constant(RunId.parse('run_0000000001')),
      seq: fc.nat(999),
      step: fc.nat(9),
      kind: fc.constantFrom(...STEP_KINDS),
      command: maybe(command),
      label: hostile,
      state: fc.constantFrom('pending', 'started', 'waiting', 'done', 'late', 'failed', 'unknown', 'skipped'),
      reply: maybe(hostile),
      startedAt: maybe(at),
      endedAt: maybe(at),
    }),
    40,
  ).map((steps) => steps.map((one, seq) => ({ ...one, seq }) as RunStep)),
});

const automatic: fc.Arbitrary<Automatic> = fc.record({
  proposal: fc.constant(ProposalId.parse('prp_0000000001')),
  target,
  playbook: hostile,
  node: hostile,
  state: fc.constantFrom('announced', 'held', 'withdrawn', 'ran'),
  dueAt: at,
  ranAt: maybe(at),
  because: maybe(hostile),
});

const oneCase: fc.Arbitrary<Case> = fc.record({
  automatic: maybe(automatic),
  proposal,
  votes: list(
    fc.record({
      proposal: fc.constant(ProposalId.parse('prp_0000000001')),
      by: user,
      verdict: fc.constantFrom('approve', 'deny'),
      reason: maybe(hostile),
      at,
    }),
    10,
  ),
  run: maybe(run),
});

export const thread: fc.Arbitrary<Thread> = fc.record({
  incident,
  keyScan: maybe(keyScan),
  signals: list(
    fc.record({
      source: hostile,
      fingerprint: hostile,
      status: fc.constantFrom('firing', 'resolved'),
      startsAt: at,
      name: hostile,
      summary: hostile,
      labels: fc.constant({}),
    }),
    10,
  ),
  cases: list(oneCase, 3),
});
