import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { renderReport } from '../../../src/cli/render/report.ts';
import { type Finding, Severity } from '../../../src/domain/finding.ts';
import { type Report, VERDICTS } from '../../../src/domain/report.ts';

const full: Finding = {
  id: 'oom-noeviction-writes-rejected',
  severity: 'critical',
  node: '10.0.0.1:6379',
  headline: 'Writes are refused: memory is full and nothing may be evicted',
  evidence: [
    { field: 'used_memory', value: '104857600', expected: '< 94371840' },
    { field: 'maxmemory_policy', value: '', expected: '' },
  ],
  more: 'A store that is full refuses every write.',
  explains: ['memory-near-maxmemory'],
  explainedBy: null,
  playbooks: ['raise-maxmemory', 'change-policy'],
};

const near: Finding = {
  ...full,
  id: 'memory-near-maxmemory',
  severity: 'warning',
  headline: 'Memory is at 100 % of maxmemory',
  explains: [],
  explainedBy: full.id,
  playbooks: [],
};

function report(more: Partial<Report> = {}): Report {
  return {
    target: 'prod-cache',
    verdict: 'critical',
    takenAt: 1_800_000_000_000,
    tookMs: 2113,
    nodes: [
      { name: '10.0.0.1:6379', role: 'primary', engine: 'redis', engineVersion: '7.0.15', reachable: true },
      { name: '10.0.0.12:6379', role: 'unknown', engine: 'unknown', engineVersion: '', reachable: false },
    ],
    findings: [],
    unassessed: [],
    ...more,
  };
}

const plain = { colour: false, columns: 80 };

test('nodes of a cluster show which slots their shard serves', () => {
  const redis = { engine: 'redis', engineVersion: '7.0.15', reachable: true } as const;
  const nodes: Report['nodes'] = [
    { name: '10.0.0.1:6379', role: 'primary', slots: '0-5460', ...redis },
    { name: '10.0.0.12:6379', role: 'replica', slots: '0-5460', ...redis, reachable: false },
    { name: '10.0.0.3:6379', role: 'unknown', engine: 'unknown', engineVersion: '', reachable: false },
    { name: '10.0.0.4:6379', role: 'primary', ...redis },
  ];
  expect(renderReport(report({ nodes }), plain).split('\n').slice(2, 6)).toEqual([
    '  10.0.0.1:6379   primary  slots 0-5460  redis 7.0.15',
    '  10.0.0.12:6379  replica  slots 0-5460  not read',
    '  10.0.0.3:6379   not read',
    '  10.0.0.4:6379   primary                redis 7.0.15',
  ]);
});

test('it says over which time rates were taken', () => {
  const [first] = renderReport(report({ tookMs: 41, windowSeconds: 14.2 }), plain).split('\n');
  expect(first).toBe('prod-cache: critical, this needs somebody now (41 ms, rates over 14 s)');
});

test('a cause stands over its symptom, with evidence and playbooks', () => {
  expect(
    renderReport(report({ findings: [full, near] }), plain),
  ).toBe(`prod-cache: critical, this needs somebody now (2.1 s)

  10.0.0.1:6379   primary  redis 7.0.15
  10.0.0.12:6379  not read

critical  oom-noeviction-writes-rejected  10.0.0.1:6379
  Writes are refused: memory is full and nothing may be evicted
    used_memory       104857600  expected < 94371840
    maxmemory_policy  (empty)
  A store that is full refuses every write.
  Playbooks: raise-maxmemory, change-policy

  warning  memory-near-maxmemory  10.0.0.1:6379
    because of oom-noeviction-writes-rejected
    Memory is at 100 % of maxmemory
`);
});

test('what could not be looked at is grouped by its reason and never left out', () => {
  const [a, b] = ['10.0.0.1:6379', '10.0.0.2:6379'];
  const unassessed = [
    { id: 'slow-commands-present', node: a, reason: 'NOPERM: slowlog|get' },
    { id: 'slow-commands-present', node: b, reason: 'NOPERM: slowlog|get' },
    { id: 'acl-denials', node: a, reason: 'NOPERM: acl|log' },
  ];
  const redis = { role: 'primary', engine: 'redis', engineVersion: '7.0.15', reachable: true } as const;
  const nodes = [a, b].map((name) => ({ name, ...redis }));
  expect(renderReport(report({ verdict: 'unassessed', nodes, unassessed }), plain)).toContain(`
Not looked at, so not known to be well:
  NOPERM: slowlog|get
    slow-commands-present
  NOPERM: acl|log: 10.0.0.1:6379
    acl-denials
`);
});

test('what is no fault is a line, once for all servers, below what is', () => {
  const note: Finding = {
    ...near,
    id: 'latency-monitor-off',
    severity: 'info',
    headline: 'It is off',
    explainedBy: null,
  };
  const shown = renderReport(report({ findings: [note, { ...note, node: '10.0.0.2:6379' }, full] }), plain);
  expect(shown).toContain('\n  latency-monitor-off  10.0.0.1:6379 and 1 more\n    It is off\n');
  expect(shown.indexOf('Noted, no fault')).toBeGreaterThan(shown.indexOf('oom-noeviction-writes-rejected'));
});

/** `id@node severity < cause@node`: what is said of it is its own line. */
function told(line: string, more: Partial<Finding> = {}): Finding {
  const [, id = '', node = '', severity, by = null, on] = /^(\S+)@(\S+) (\w+)(?: < (\S+)@(\S+))?$/.exec(line) ?? [];
  const blank = { evidence: [], more: `More of ${id}.`, explains: [], playbooks: [] };
  const where = on === undefined ? {} : { explainedOn: on };
  const how = Severity.parse(severity);
  return { ...blank, id, node, severity: how, headline: `${id} of ${node}`, explainedBy: by, ...where, ...more };
}

function shownOf(findings: Finding[], columns = 100): string {
  return renderReport(report({ findings }), { colour: false, columns }).split('\n\n').slice(2).join('\n\n');
}

test('a fault of several servers is one block, and those of which the same is said are named together', () => {
  const same = { headline: 'Saving fails' };
  const rows = [
    told('save@a critical', same),
    told('save@b critical', same),
    told('save@c critical'),
    told('save@d critical', same),
  ];
  expect(shownOf(rows)).toBe(`critical  save  a and 3 more
  Saving fails
  The same on b, d
  On c: save of c
  More of save.
`);
});

test('a long chain reads from the root down, each link with what it comes of', () => {
  const chain = [
    told('disk@a warning'),
    told('save@a critical < disk@a'),
    told('writes@a critical < save@a'),
    told('errors@a high < writes@a'),
    told('link@b warning < save@a'),
  ];
  expect(shownOf(chain)).toBe(`warning  disk  a
  disk of a
  More of disk.

  critical  save  a because of disk
    save of a
    critical  writes  a because of save
      writes of a
      high  errors  a because of writes
        errors of a
    warning  link  b because of save
      link of b
`);
});

test('six nodes with one symptom are one line below their cause', () => {
  const nodes = ['b', 'c', 'd', 'e', 'f', 'g'];
  const links = nodes.flatMap((node) => [
    told(`link@${node} high < dead@a`),
    told(`stale@${node} info < link@${node}`),
  ]);
  expect(shownOf([told('dead@a critical'), ...links])).toBe(`critical  dead  a
  dead of a
  More of dead.

  high  link  b and 5 more because of dead
    link of b
    info  stale  b and 5 more because of link
      stale of b
`);
});

test('causes that compete are both named, with what tells them apart', () => {
  const competing = [
    { id: 'swap', node: 'a', tells: 'vmstat 1 shows si and so above 0.' },
    { id: 'steal', node: 'a', tells: 'vmstat 1 shows st above 0.' },
  ];
  const slow = told('slow@a high < swap@a', { competing });
  expect(shownOf([told('swap@a critical'), slow, told('steal@a warning')])).toContain(`
  high  slow  a because of swap, or of steal
    slow of a
    If it is swap: vmstat 1 shows si and so above 0.
    If it is steal: vmstat 1 shows st above 0.
`);
});

test.each(VERDICTS)('the verdict %s stands in the first line', (verdict) => {
  expect(renderReport(report({ verdict, tookMs: 12 }), plain)).toMatch(
    new RegExp(`^prod-cache: ${verdict}, .*\\(12 ms\\)\n`),
  );
});

test('what commands cost stands after the findings', () => {
  const slow = { shape: 'KEYS *', caller: 'cron at 10.0.0.x', count: 2, totalMs: 80, maxMs: 50, share: 0.01 };
  const commands = [
    {
      node: '10.0.0.1:6379',
      seconds: 2,
      busiest: [],
      logSeconds: 60,
      slow: [{ ...slow, instead: 'SCAN' }],
      large: [],
    },
  ];
  expect(renderReport(report({ commands }), plain)).toContain(`
Commands  10.0.0.1:6379
  Slow commands of the last 60 s:
    KEYS *: 2 times, up to 50 ms, in all 80 ms (1 % of the time), by cron at
    10.0.0.x
      instead: SCAN
`);
});

test('text of servers cannot move the cursor, colour the screen or break a line', () => {
  const evil = '\u001b[2J\u001b]0;x\u0007\r\nprod-cache: healthy\u202e';
  const shown = renderReport(
    report({
      target: evil,
      nodes: [{ name: evil, role: 'primary', engine: 'redis', engineVersion: evil, reachable: true }],
      findings: [
        {
          ...full,
          id: evil,
          node: evil,
          headline: evil,
          more: evil,
          playbooks: [evil],
          evidence: [{ field: evil, value: evil, expected: evil }],
        },
        { ...near, explainedBy: evil },
      ],
      unassessed: [{ id: evil, node: evil, reason: evil }],
    }),
    plain,
  );
  expect(shown.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(shown).not.toMatch(/^prod-cache: healthy/m);
});

test('nothing but single words is wider than a narrow terminal', () => {
  const long = {
    ...full,
    evidence: [{ field: 'connection', value: 'word '.repeat(30).trim(), expected: 'an answer' }],
  };
  const tells = 'word '.repeat(30).trim();
  const competing = [full, near].map(({ id, node }) => ({ id, node, tells }));
  const deep = { ...told(`link@a high < ${full.id}@${full.node}`), competing };
  for (const columns of [40, 60, 80]) {
    const lines = renderReport(report({ findings: [long, deep] }), { colour: false, columns }).split('\n');
    const wide = lines.filter((line) => line.length > columns && !/^(critical|prod-cache)/.test(line));
    expect(wide).toEqual([]);
  }
});

test('colour changes nothing but the colour', () => {
  const both = report({ findings: [full, near], unassessed: [{ id: 'x', node: 'y', reason: 'z' }] });
  const coloured = renderReport(both, { ...plain, colour: true });
  expect(stripVTControlCharacters(coloured)).toBe(renderReport(both, plain));
  expect(coloured).toContain('\u001b[1;31mcritical\u001b[0m');
});

test('a Sentinel is shown as one, whether or not it answers', () => {
  const answers = { role: 'sentinel', engine: 'valkey', engineVersion: '9.1.2', reachable: true } as const;
  const silent = { role: 'sentinel', engine: 'unknown', engineVersion: '', reachable: false } as const;
  const nodes = [
    { name: '10.0.1.1:26379', ...answers },
    { name: '10.0.1.2:26379', ...silent },
  ];
  const text = renderReport(report({ nodes }), plain);
  expect(text).toContain('  10.0.1.1:26379  sentinel  valkey 9.1.2\n  10.0.1.2:26379  sentinel  not read\n');
});
