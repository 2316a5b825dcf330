import { expect, test } from 'vitest';
import type { Automatic, AutoPolicy } from '../../../src/domain/auto.ts';
import type { Finding } from '../../../src/domain/finding.ts';
import { ProposalId, TargetName } from '../../../src/domain/ids.ts';
import type { Proposal } from '../../../src/domain/proposal.ts';
import type { Report } from '../../../src/domain/report.ts';
import { type AutoFacts, objectionToAuto } from '../../../src/flow/auto/may-run.ts';
import { loadShelves } from '../../../src/io/shelves.ts';
import { proposalOf } from '../../support/proposal.ts';

const { rules } = await loadShelves();
const NOON = Date.parse('2026-01-15T12:00:00Z');
const NODE = '10.0.0.1:6379';
const ID = 'memory-near-maxmemory';

const POLICY: AutoPolicy = {
  playbooks: ['raise-maxmemory'],
  atMost: 2,
  withinSeconds: 86_400,
  coolDownSeconds: 3600,
  confidence: 'high',
  noticeSeconds: 30,
};

const FOUND: Finding = {
  id: ID,
  severity: 'warning',
  node: NODE,
  headline: 'Nearly full',
  evidence: [],
  more: '',
  explains: [],
  explainedBy: null,
  playbooks: ['raise-maxmemory'],
};

function report(finding: Partial<Finding> | undefined, unassessed: Report['unassessed'] = []): Report {
  const findings = finding ? [{ ...FOUND, ...finding }] : [];
  const around = { target: 'prod-cache', verdict: 'warning', nodes: [], takenAt: NOON, tookMs: 1, commands: [] };
  return { ...around, findings, unassessed } as unknown as Report;
}

function ran(hoursAgo: number, different: Partial<Automatic> = {}): Automatic {
  const ranAt = NOON - hoursAgo * 3_600_000;
  return {
    proposal: ProposalId.parse('prp_0000000009'),
    target: TargetName.parse('prod-cache'),
    playbook: 'raise-maxmemory',
    node: NODE,
    state: 'ran',
    dueAt: ranAt,
    ranAt,
    because: null,
    ...different,
  };
}

function objection(facts: Partial<AutoFacts> = {}, policy: Partial<AutoPolicy> = {}, proposal: Partial<Proposal> = {}) {
  const given = { paused: null, report: report({}), rules, history: [], now: NOON, ...facts };
  return objectionToAuto({ ...POLICY, ...policy }, proposalOf({ findings: [ID], ...proposal }), given);
}

/** A rule that accounts for the finding, so that not having looked at it leaves a doubt. */
const cause = [...rules].find(([, rule]) => rule.explains.includes(ID))?.[0] ?? '';

test('a reversible plan for a fault that nothing else accounts for may run', () => {
  expect(objection()).toBeUndefined();
});

test.each<[string, RegExp, Parameters<typeof objection>]>([
  ['it is disruptive', /only what is reversible/, [{}, {}, { risk: 'disruptive' }]],
  ['running is paused', /paused: deploying/, [{ paused: 'deploying' }]],
  ['these are its quiet hours', /quiet hours \(UTC\)/, [{}, { quiet: { from: 700, to: 740, timeZone: 'UTC' } }]],
  ['it ran half an hour ago', /ran by itself on .* less than .* ago, and the fault is back/, [{ history: [ran(0.5)] }]],
  [
    'as many ran today as may',
    /2 ran by themselves/,
    [{ history: [ran(2, { node: 'b:1' }), ran(3, { node: 'c:1' })] }],
  ],
  ['the fault is gone', /not there any more/, [{ report: report(undefined) }]],
  ['it is a symptom', /it comes of big-key/, [{ report: report({ explainedBy: 'big-key' }) }]],
  [
    'two causes compete',
    /big-key and rss-swap compete/,
    [
      {
        report: report({
          explainedBy: 'big-key',
          competing: [
            { id: 'big-key', node: NODE, tells: '' },
            { id: 'rss-swap', node: NODE, tells: '' },
          ],
        }),
      },
    ],
  ],
  [
    'a possible cause could not be looked at',
    /confidence is medium, not high: .* could not be assessed/,
    [{ report: report({}, [{ id: cause, node: NODE, reason: 'NOPERM' }]) }],
  ],
])('it waits for people when %s', (_when, because, given) => {
  expect(objection(...given)).toMatch(because);
});

test('a doubt is no objection where medic.yml says so', () => {
  const doubtful = report({}, [{ id: cause, node: NODE, reason: 'NOPERM' }]);
  expect(objection({ report: doubtful }, { confidence: 'medium' })).toBeUndefined();
});

test('what ran on another server, or long ago, is no objection', () => {
  expect(objection({ history: [ran(0.5, { node: 'b:1' })] })).toBeUndefined();
  expect(objection({ history: [ran(1.5)] })).toBeUndefined();
});
