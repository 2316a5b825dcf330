import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/domain/finding.ts';
import type { Report } from '../../../src/domain/report.ts';
import type { Run, RunStep } from '../../../src/domain/run.ts';
import { newRun } from '../../../src/flow/run/new-run.ts';
import { lintView } from '../../../src/slack/blocks/lint.ts';
import type { Case, Thread } from '../../../src/slack/cards/card.ts';
import { diagnosisCard } from '../../../src/slack/cards/diagnosis.ts';
import { reviewModal } from '../../../src/slack/cards/modals.ts';
import { outcomeCard } from '../../../src/slack/cards/outcome.ts';
import { progressCard } from '../../../src/slack/cards/progress.ts';
import { proposalCard } from '../../../src/slack/cards/proposal.ts';
import { rootCard } from '../../../src/slack/cards/root.ts';
import { ALEX, proposalOf } from '../../support/proposal.ts';
import { incidentOf } from '../house.ts';

const cause: Finding = {
  id: 'oom-noeviction-writes-rejected',
  severity: 'critical',
  node: '10.0.0.1:6379',
  headline: 'Writes are refused: memory is full and nothing may be evicted',
  evidence: [{ field: 'used_memory', value: '104857600', expected: '< 94371840' }],
  more: 'The limit is reached.',
  explains: ['memory-near-maxmemory'],
  explainedBy: null,
  playbooks: ['raise-maxmemory'],
};
const symptom: Finding = {
  ...cause,
  id: 'memory-near-maxmemory',
  severity: 'warning',
  headline: 'Memory is at 100 % of maxmemory',
  explains: [],
  explainedBy: cause.id,
};

function reportOf(different: Partial<Report> = {}): Report {
  const node = {
    name: '10.0.0.1:6379',
    role: 'primary',
    engine: 'redis',
    engineVersion: '7.0.15',
    reachable: true,
  } as const;
  return {
    target: 'prod-cache',
    verdict: 'critical',
    takenAt: 1_700_000_000_000,
    tookMs: 2113,
    nodes: [node],
    findings: [cause, symptom],
    unassessed: [],
    ...different,
  };
}

const clear: Partial<Report> = { verdict: 'healthy', findings: [] };
const blind = { id: 'slow-commands-present', node: '10.0.0.1:6379', reason: 'NOPERM: slowlog|get' };
const threadOf = (different: Partial<Thread['incident']>): Thread => ({
  incident: incidentOf(different),
  signals: [],
  cases: [],
  keyScan: null,
});

test.each([
  [{}, '🔎 prod-cache: reading the servers…'],
  [{ report: reportOf() }, '🔴 prod-cache: Writes are refused: memory is full and nothing may be evicted'],
  [{ report: reportOf(clear) }, '🟢 prod-cache: no fault found'],
  [
    { report: reportOf({ ...clear, unassessed: [blind] }) },
    '⚪ prod-cache: no fault seen, but 1 check could not be made',
  ],
  [{ trouble: 'gone' }, '⚠️ prod-cache: could not be diagnosed: gone'],
  [{ state: 'resolved', resolution: 'the alert resolved' }, '✅ prod-cache: resolved: the alert resolved'],
] as const)('the root of %j', (different, expected) => {
  const { text, blocks } = rootCard(threadOf(different));
  expect(text).toBe(expected);
  expect(blocks[0]).toMatchObject({ type: 'header', text: { text: expected } });
  expect(JSON.stringify(blocks).includes('rm:v1:resolve')).toBe(!('state' in different));
});

test('a diagnosis says over which time rates were taken', () => {
  const shown = JSON.stringify(diagnosisCard(incidentOf(), reportOf({ tookMs: 41, windowSeconds: 14.2 })).blocks);
  expect(shown).toMatch(/, rates over 14 s, took 41 ms/);
});

test('a diagnosis shows the cause with its evidence, the symptom below it, and what could not be looked at', () => {
  const { blocks } = diagnosisCard(incidentOf(), reportOf({ unassessed: [blind] }));
  const shown = JSON.stringify(blocks);
  expect(blocks.map((block) => block.type)).toEqual(['header', 'rich_text', 'table', 'rich_text', 'context']);
  expect(shown.indexOf(cause.headline)).toBeLessThan(shown.indexOf(symptom.headline));
  expect(wordsOf(blocks)).toContain(
    '🟡 Memory is at 100 % of maxmemory  10.0.0.1:6379 because of oom-noeviction-writes-rejected',
  );
  expect(shown).toContain('< 94371840');
  expect(shown).toContain('Could not be assessed: 1');
  expect(shown).toContain('NOPERM: slowlog|get');
});

test('who was slow, and what to use instead, stands under the findings', () => {
  const commands = [
    {
      node: '10.0.0.1:6379',
      seconds: 2,
      busiest: [{ command: 'keys', calls: 2, ms: 160, share: 0.08, p50Ms: 66, p99Ms: 132 }],
      logSeconds: 60,
      slow: [
        {
          shape: 'KEYS *',
          caller: 'cron at 10.0.0.x',
          count: 2,
          totalMs: 160,
          maxMs: 90,
          share: 0.003,
          instead: 'SCAN',
        },
      ],
      large: [],
    },
  ];
  const { blocks } = diagnosisCard(incidentOf(), reportOf({ commands }));
  const shown = JSON.stringify(blocks);
  expect(blocks.map((block) => block.type)).toEqual(['header', 'rich_text', 'table', 'rich_text', 'context']);
  for (const told of [
    'Slow commands of the last 60 s',
    '"text":"KEYS *","style":{"code":true}',
    ' by cron at 10.0.0.x',
    ': 2 times, up to 90 ms.',
    ' Instead: SCAN',
    ': of 2 s went into KEYS 8 %; 99 % within: KEYS 132 ms',
  ])
    expect(shown).toContain(told);
});

test('a huge diagnosis keeps every cause that fits and says how many are left out', () => {
  const evidence = Array.from({ length: 50 }, () => ({ field: 'f', value: 'v', expected: 'e' }));
  const findings = Array.from({ length: 30 }, (_, at) => ({
    ...cause,
    id: `${cause.id}-${at}`,
    headline: `${'h'.repeat(290)}${at}`,
    more: 'm'.repeat(5000),
    evidence,
  }));
  const shown = JSON.stringify(diagnosisCard(incidentOf(), reportOf({ findings })).blocks);
  expect(shown).toContain(findings[0]?.headline);
  expect(shown).toMatch(/and \d+ more findings/);
});

test('nodes of a cluster show which slots their shard serves', () => {
  const [node] = reportOf().nodes;
  const nodes = node ? [{ ...node, slots: '0-5460' }] : [];
  const shown = JSON.stringify(diagnosisCard(incidentOf(), reportOf({ nodes })).blocks);
  expect(shown).toContain('10.0.0.1:6379 primary slots 0-5460 redis 7.0.15');
});

test('one fault on several nodes is told once', () => {
  const findings = ['a:1', 'b:2', 'c:3', 'd:4', 'e:5'].map((node) => ({ ...cause, node }));
  const shown = JSON.stringify(diagnosisCard(incidentOf(), reportOf({ findings })).blocks);
  expect(shown.split(cause.headline)).toHaveLength(2);
  expect(shown).toContain('Diagnosis: 5 critical');
  for (const told of ['a:1', 'b:2', 'c:3', 'and 2 other nodes']) expect(shown).toContain(told);
});

test('a fault that shows other figures elsewhere names them below', () => {
  const findings = ['a:1', 'b:2', 'c:3', 'd:4', 'e:5', 'f:6'].map((node) => ({
    ...cause,
    node,
    headline: `Full on ${node}`,
  }));
  const shown = wordsOf(diagnosisCard(incidentOf(), reportOf({ findings })).blocks);
  expect(shown).toContain('Full on a:1  a:1 and 5 other nodes oom-noeviction-writes-rejected');
  expect(shown).toContain('Full on b:2  b:2Full on c:3  c:3Full on d:4  d:4and 2 more of this kind');
});

describe('a chain', () => {
  const disk: Finding = {
    ...cause,
    id: 'disk',
    severity: 'warning',
    headline: 'The disk is nearly full',
    explains: ['save'],
  };
  const save: Finding = { ...symptom, id: 'save', severity: 'critical', headline: 'Saving fails', explainedBy: 'disk' };
  const writes: Finding = {
    ...symptom,
    id: 'writes',
    severity: 'critical',
    headline: 'Writes are refused',
    explainedBy: 'save',
  };
  const links = ['b:2', 'c:3'].map(
    (node): Finding => ({ ...writes, id: 'link', severity: 'high', headline: 'No link', node }),
  );
  const competing = ['save', 'password'].map((id) => ({ id, node: 'a:1', tells: `The log says ${id}.` }));
  const report = reportOf({
    findings: [disk, save, writes, ...links.map((one) => ({ ...one, explainedBy: 'save', competing }))],
  });

  test('puts its root into the headline, marked as badly as it ends, and says what came of it', () => {
    const { text, blocks } = rootCard(threadOf({ report }));
    expect(text).toBe('🔴 prod-cache: The disk is nearly full');
    expect(JSON.stringify(blocks)).toContain('*Severity*\\n🔴 critical');
    expect(wordsOf(blocks)).toContain(
      'Because of this:🔴 Saving fails  10.0.0.1:6379 because of disk' +
        '🔴 Writes are refused  10.0.0.1:6379 because of save' +
        '🟠 No link  b:2 and 1 other node because of save, or of password',
    );
  });

  test('is told link by link in the diagnosis, with what tells causes apart that compete', () => {
    const { blocks } = diagnosisCard(incidentOf(), report);
    const lists = blocks.flatMap((block) => (block.type === 'rich_text' ? block.elements : []));
    expect(lists.flatMap((list) => (list.type === 'rich_text_list' ? [list.indent] : []))).toEqual([0, 1, 2]);
    expect(wordsOf(blocks)).toContain(
      'because of save, or of passwordIf it is save: The log says save.If it is password: The log says password.',
    );
  });

  test('is left out of the root once the incident is over', () => {
    const over = { report, state: 'resolved', resolvedAt: 1_700_000_100_000 } as const;
    expect(wordsOf(rootCard(threadOf(over)).blocks)).not.toContain('Because of this');
  });
});

const voted = { proposal: proposalOf().id, by: ALEX, verdict: 'approve', reason: null, at: 1500 } as const;

test.each([
  ['open', 'reversible', 'rm:v1:approve', 'one approver'],
  ['open', 'disruptive', 'rm:v1:review', 'one approver, not the person who asked'],
  ['open', 'destructive', 'rm:v1:review', "2 approvers, not the person who asked, who type the target's name"],
] as const)('a card that is %s and %s has %s', (state, risk, button, approval) => {
  const shown = JSON.stringify(
    proposalCard({ proposal: proposalOf({ state, risk }), votes: [], run: null, automatic: null }).blocks,
  );
  expect(shown).toContain(`"action_id":"${button}"`);
  expect(shown).toContain(approval);
  expect(shown).toContain('Expires: ');
});

test.each(['approved', 'denied', 'expired', 'superseded'] as const)('a card that is %s has no buttons', (state) => {
  const { blocks } = proposalCard({
    proposal: proposalOf({ state, decidedAt: 1500 }),
    votes: [],
    run: null,
    automatic: null,
  });
  expect(JSON.stringify(blocks)).not.toContain('rm:v1:');
});

test('what was decided reads well with the dates that Slack writes ("Today 06:42")', () => {
  const one = { proposal: proposalOf({ state: 'approved' }), votes: [voted], run: null, automatic: null };
  expect(wordsOf(proposalCard(one).blocks)).toContain('Approved by: @UALEX, <1970-01-01 00:00 UTC>');
  const denied = proposalOf({ state: 'denied', reason: 'not now', decidedAt: 1500 });
  const shown = wordsOf(proposalCard({ ...one, proposal: denied, votes: [] }).blocks);
  expect(shown).toContain('Denied <1970-01-01 00:00 UTC>: not now');
});

/** Rich text as a person reads it. */
function wordsOf(blocks: unknown): string {
  const words: string[] = [];
  JSON.stringify(
    blocks,
    (_key, value: { type?: string; text?: unknown; user_id?: string; fallback?: string } | null) => {
      if (value?.type === 'text') words.push(String(value.text));
      if (value?.type === 'user') words.push(`@${value.user_id}`);
      if (value?.type === 'date') words.push(`<${value.fallback}>`);
      return value;
    },
  );
  return words.join('');
}

test('a plan too long for the card is approved in the dialog that shows all of it', () => {
  const [step] = proposalOf().steps;
  if (step?.kind !== 'action') throw new Error('no step');
  const many = { ...step, commands: Array(200).fill(step.commands[0]) };
  const shown = JSON.stringify(
    proposalCard({ proposal: proposalOf({ steps: [many] }), votes: [], run: null, automatic: null }).blocks,
  );
  expect(shown).toMatch(/… \d+ more lines/);
  expect(shown).not.toContain('rm:v1:approve');
  expect(shown).toContain('rm:v1:review');
});

function caseOf(run: Partial<Run>, step: Partial<RunStep> = {}): Case & { run: NonNullable<Case['run']> } {
  const proposal = proposalOf({ state: 'approved' });
  const made = newRun(proposal, 'run_0000000001' as Run['id'], 1000, 2000);
  const steps = made.steps.map((one) => ({ ...one, ...step }));
  return { proposal, votes: [voted], run: { run: { ...made.run, ...run }, steps }, automatic: null };
}

test.each([
  [{ state: 'finished', verdict: 'verified' }, '✅ Verified', true],
  [{ state: 'finished', verdict: 'not-verified' }, '⚠️ Ran, but the fault is still there', true],
  [{ state: 'finished', verdict: 'unknown' }, '❓ Ran, result unknown', true],
  [{ state: 'failed', note: 'ERR no' }, '❌ Failed', true],
  [{ state: 'unknown' }, '❓ Stopped, a person must look', true],
  [{ state: 'refused', note: 'the role changed' }, '🚫 Refused, nothing was sent', false],
  [{ state: 'cancelled' }, '⏹️ Cancelled', true],
] as const)('the outcome of %j', (run, heading, sent) => {
  const one = caseOf(run, sent ? { state: 'done' } : {});
  const { text, blocks } = outcomeCard(one, [one]);
  expect(text).toBe(`${heading}: Raise maxmemory (prod-cache)`);
  expect(JSON.stringify(blocks).includes('rm:v1:undo')).toBe(sent);
  expect(JSON.stringify(blocks)).toContain('note' in run ? run.note : 'run_0000000001');
});

test('an outcome shows each value before and after', () => {
  const applied = [{ node: '10.0.0.1:6379', reading: 'memory-config.maxmemory', value: '200' }];
  const [step] = caseOf({}).run.steps;
  const command = step?.command ? { ...step.command, applied } : null;
  const one = caseOf({ state: 'finished', verdict: 'verified' }, { state: 'done', command });
  const table = outcomeCard(one, [one]).blocks.find((block) => block.type === 'table');
  const rows = (table as { rows: { text: string }[][] } | undefined)?.rows.map((row) => row.map((cell) => cell.text));
  expect(rows).toEqual([
    ['what', 'server', 'before', 'after'],
    ['memory-config.maxmemory', '10.0.0.1:6379', '100', '200'],
  ]);
});

test('what ran by itself says who let it, in the outcome as on its card', () => {
  const made = caseOf({ state: 'finished', verdict: 'verified' }, { state: 'done' });
  const { id, target, playbook, node } = made.proposal;
  const ran = { proposal: id, target, playbook, node, state: 'ran', dueAt: 1000, ranAt: 1000, because: null } as const;
  const one = { ...made, votes: [], automatic: ran };
  for (const { blocks } of [outcomeCard(one, [one]), proposalCard(one)]) {
    expect(JSON.stringify(blocks)).toContain('redis-medic itself, as medic.yml lets it (auto)');
  }
});

test('an undo that is proposed or done takes the button away', () => {
  const one = caseOf({ state: 'finished', verdict: 'verified' }, { state: 'done' });
  const undo = {
    ...caseOf({}),
    proposal: proposalOf({ undoes: one.run.run.id, state: 'open' }),
    run: null,
    automatic: null,
  };
  expect(JSON.stringify(outcomeCard(one, [one, undo]).blocks)).toContain('An undo is proposed below');
  const done = {
    ...caseOf({ state: 'finished' }),
    proposal: proposalOf({ undoes: one.run.run.id, state: 'approved' }),
  };
  const shown = JSON.stringify(outcomeCard(one, [one, done]).blocks);
  expect(shown).toContain('Undone by run_0000000001');
  expect(shown).not.toContain('rm:v1:undo');
});

test('progress ticks off the steps around the one at work', () => {
  const { proposal, run } = caseOf({ state: 'running' });
  const steps = Array.from({ length: 40 }, (_, seq): RunStep => {
    const state = seq < 20 ? 'done' : seq === 20 ? 'started' : 'pending';
    return {
      run: run.run.id,
      seq,
      step: 0,
      kind: 'command',
      command: null,
      label: `step ${seq}`,
      state,
      reply: null,
      startedAt: null,
      endedAt: null,
    };
  });
  const [plan] = progressCard(run.run, steps, proposal).blocks as { tasks?: { title: string; status: string }[] }[];
  const tasks = plan?.tasks ?? [];
  expect(tasks[0]).toMatchObject({ title: '13 steps done', status: 'complete' });
  expect(tasks.find((task) => task.title === 'step 20')?.status).toBe('in_progress');
  expect(tasks.at(-2)).toMatchObject({ title: '12 more steps', status: 'pending' });
  expect(tasks.at(-1)?.title).toBe('Check that it worked, within 10 s');
});

test('a remedy that must not be used here now is told with the reason, once', () => {
  const because = 'the disk has 2 GB left and the snapshot needs 6 GB';
  const refused = { playbook: 'bgsave', finding: 'rdb-save-failing', because };
  const report = reportOf({ notOffered: [refused, { ...refused, finding: 'misconf-writes-blocked' }] });
  const shown = JSON.stringify(diagnosisCard(incidentOf(), report).blocks);
  expect(shown.split(`bgsave: ${because}`)).toHaveLength(2);
});

test('as many keys as a person may name are approved where all of them can be read', () => {
  const keys = Array.from({ length: 100 }, (_, at) => `cart:${String(at).padStart(23, '0')}`);
  const named = keys.join(' ').slice(0, 3000);
  const [step] = proposalOf().steps;
  if (step?.kind !== 'action') throw new Error('the first step is an action');
  const command = { node: step.node, argv: ['UNLINK', ...named.split(' ')] as [string, ...string[]], applied: [] };
  const proposal = proposalOf({
    steps: [{ ...step, commands: [command], undo: [command] }],
    parameters: [{ name: 'keys', label: 'Keys', type: 'text', value: named }],
  });
  const blocks = proposalCard({ proposal, votes: [], run: null, automatic: null }).blocks;
  expect(JSON.stringify(blocks).length).toBeLessThanOrEqual(10_000);
  expect(JSON.stringify(blocks)).toContain('Review and approve');
  const view = reviewModal(proposal);
  expect(lintView(view)).toEqual([]);
  const shown = JSON.stringify(view);
  expect(shown.split(named)).toHaveLength(4);
  expect(shown).toContain('Approve and run');
});
