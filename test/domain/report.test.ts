import { expect, test } from 'vitest';
import { Report, reportJson } from '../../src/domain/report.ts';

/** As it was stored before findings said on which node their cause is, or what else it may be. */
const OLD = {
  target: 'prod-cache',
  verdict: 'critical',
  takenAt: 1_800_000_000_000,
  tookMs: 12,
  nodes: [{ name: 'a:1', role: 'primary', engine: 'redis', engineVersion: '7.0.15', reachable: true }],
  findings: [
    {
      id: 'misconf-writes-blocked',
      severity: 'critical',
      node: 'a:1',
      headline: 'Writes are refused',
      evidence: [],
      more: 'More.',
      explains: [],
      explainedBy: 'rdb-bgsave-failing',
      playbooks: [],
    },
  ],
  unassessed: [],
};

const competing = [
  { id: 'rdb-bgsave-failing', node: 'a:1', tells: 'The refusal says so.' },
  { id: 'aof-write-error', node: 'a:1', tells: 'The refusal says that.' },
];

test('a report of an older version is still read, and its JSON has no key more', () => {
  const [finding] = (reportJson(Report.parse(OLD)) as { findings: object[] }).findings;
  expect(finding).toMatchObject({ explained_by: 'rdb-bgsave-failing' });
  expect(Object.keys(finding ?? {})).not.toContain('competing');
  expect(Object.keys(finding ?? {})).not.toContain('explained_by_node');
});

test('where the cause is, and what competes with it, is stored and told in JSON', () => {
  const findings = OLD.findings.map((finding) => ({ ...finding, explainedOn: 'a:1', competing }));
  const stored = Report.parse(JSON.parse(JSON.stringify({ ...OLD, findings })));
  expect(reportJson(stored)).toMatchObject({
    version: 1,
    findings: [{ explained_by: 'rdb-bgsave-failing', explained_by_node: 'a:1', competing }],
  });
});
