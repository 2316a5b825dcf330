import type { CommandLoad } from '../../domain/command-load.ts';
import type { Evidence, Finding, Severity } from '../../domain/finding.ts';
import { printable } from '../../domain/printable.ts';
import type { Report, ReportedNode, Verdict } from '../../domain/report.ts';
import { duration } from '../../domain/units.ts';
import { renderLoad } from './commands.ts';
import { renderKeys } from './keys.ts';
import { columns, wrap } from './layout.ts';
import { makePaint, type Paint, type Style, type Terminal } from './terminal.ts';

/** Wider lines are hard to read. */
const WIDEST = 110;
const NARROWEST = 40;

const VERDICT: Readonly<Record<Verdict, readonly [Style, string]>> = {
  healthy: ['green', 'nothing is wrong'],
  warning: ['yellow', 'somebody should look at this'],
  critical: ['alarm', 'this needs somebody now'],
  unreachable: ['alarm', 'no server could be reached'],
  unassessed: ['yellow', 'too little could be seen to say'],
};

const SEVERITY: Readonly<Record<Severity, Style>> = {
  critical: 'alarm',
  high: 'red',
  warning: 'yellow',
  info: 'cyan',
};

export interface Page {
  paint: Paint;
  width: number;
}

/** A report for a person at a terminal: verdict, servers, causes with their symptoms, and what could not be looked at. */
export function renderReport(report: Report, terminal: Pick<Terminal, 'colour' | 'columns'>): string {
  const page: Page = {
    paint: makePaint(terminal.colour),
    width: Math.max(NARROWEST, Math.min(WIDEST, terminal.columns)),
  };
  const told = new Set<string>();
  const notes = report.findings.filter(isNote);
  const findings = report.findings
    .filter((finding) => !isNote(finding))
    .map((finding) => {
      if (finding.explainedBy !== null) return renderSymptom(finding, page);
      const first = !told.has(finding.id);
      told.add(finding.id);
      return renderCause(finding, first, page);
    });
  const sections = [renderVerdict(report, page), renderNodes(report.nodes), ...findings];
  if (notes.length > 0) sections.push(renderNotes(notes, page));
  for (const load of report.commands ?? []) sections.push(renderCommands(load, page));
  for (const sample of report.keys ?? []) sections.push(renderKeys(sample, page));
  if (report.unassessed.length > 0) sections.push(renderUnassessed(report, page));
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** Told and no fault, nor the reason of one: a line is enough. */
function isNote({ severity, explains, explainedBy }: Finding): boolean {
  return severity === 'info' && explains.length === 0 && explainedBy === null;
}

/** Each once, however many servers it is true of. */
function renderNotes(notes: readonly Finding[], { paint, width }: Page): string[] {
  const lines = [...Map.groupBy(notes, ({ id }) => id)].flatMap(([id, same]) => {
    const [{ headline, node } = { headline: '', node: '' }] = same;
    const others = same.length - 1;
    const where = others === 0 ? node : `${node} and ${others} more`;
    return [
      `  ${printable(id)}  ${paint('dim', printable(where))}`,
      ...indent(4, wrap(printable(headline), width - 4)),
    ];
  });
  return [paint('cyan', 'Noted, no fault (redis-medic check says more):'), ...lines];
}

function renderVerdict({ target, verdict, tookMs, windowSeconds }: Report, { paint }: Page): string[] {
  const [style, means] = VERDICT[verdict];
  const rates = windowSeconds === undefined ? '' : `, rates over ${duration(windowSeconds)}`;
  const took = paint('dim', `(${tookMs < 1000 ? `${tookMs} ms` : duration(tookMs / 1000)}${rates})`);
  return [`${paint('bold', printable(target))}: ${paint(style, verdict)}, ${means} ${took}`];
}

function renderNodes(nodes: readonly ReportedNode[]): string[] {
  const clustered = nodes.some(({ slots }) => slots !== undefined);
  return columns(
    nodes.map(({ name, role, slots, engine, engineVersion, reachable }) => {
      const place = clustered ? [slots === undefined ? '' : `slots ${printable(slots)}`] : [];
      const known = role === 'unknown' ? [] : [role, ...place];
      return [`  ${printable(name)}`, ...known, reachable ? `${engine} ${printable(engineVersion)}` : 'not read'];
    }),
  );
}

/** The explanation of a fault is told once, however many servers have it. */
function renderCause(finding: Finding, first: boolean, page: Page): string[] {
  const { paint, width } = page;
  const playbooks = finding.playbooks.map((id) => printable(id)).join(', ');
  return [
    title(finding, page),
    ...indent(2, wrap(printable(finding.headline), width - 2)).map((line) => paint('bold', line)),
    ...indent(4, renderEvidence(finding.evidence, width - 4)),
    ...(first ? indent(2, wrap(printable(finding.more, 2000), width - 2)) : []),
    ...(playbooks === ''
      ? []
      : indent(2, wrap(`Playbooks: ${playbooks}`, width - 2)).map((line) => paint('cyan', line))),
  ];
}

/** A table, or one fact under the other where that is too wide. */
function renderEvidence(evidence: readonly Evidence[], width: number): string[] {
  const rows = evidence.map(({ field, value, expected }) => [
    printable(field),
    printable(value) || '(empty)',
    expected === '' ? '' : `expected ${printable(expected)}`,
  ]);
  const table = columns(rows).map((line) => line.trimEnd());
  if (table.every((line) => line.length <= width)) return table;
  return rows.flatMap(([field = '', value = '', expected = '']) => [
    ...wrap(`${field}: ${value}`, width),
    ...indent(2, wrap(expected, width - 2)),
  ]);
}

function renderSymptom(finding: Finding, page: Page): string[] {
  const because = `because of ${printable(finding.explainedBy ?? '')}`;
  return [
    `  ${title(finding, page)} ${page.paint('dim', because)}`,
    ...indent(4, wrap(printable(finding.headline), page.width - 4)),
  ];
}

function title({ id, severity, node }: Finding, { paint }: Page): string {
  return `${paint(SEVERITY[severity], severity)}  ${printable(id)}  ${paint('dim', printable(node))}`;
}

function renderCommands(load: CommandLoad, { paint, width }: Page): string[] {
  const lines = renderLoad(load, width - 2);
  return lines.length === 0
    ? []
    : [`${paint('bold', 'Commands')}  ${paint('dim', printable(load.node))}`, ...indent(2, lines)];
}

/** Grouped by reason, because one missing permission keeps many rules from looking. */
function renderUnassessed({ unassessed, nodes: all }: Report, { paint, width }: Page): string[] {
  const rules = Map.groupBy(unassessed, ({ reason }) => reason);
  const lines = [...rules].flatMap(([reason, group]) => {
    const nodes = [...new Set(group.map(({ node }) => printable(node)))];
    const ids = [...new Set(group.map(({ id }) => printable(id)))];
    const everywhere = all.every(({ name, reachable }) => !reachable || nodes.includes(printable(name)));
    const where = everywhere ? '' : `: ${nodes.join(', ')}`;
    return [
      ...indent(2, wrap(`${printable(reason)}${where}`, width - 2)),
      ...indent(4, wrap(ids.join(', '), width - 4)).map((line) => paint('dim', line)),
    ];
  });
  return [paint('yellow', 'Not looked at, so not known to be well:'), ...lines];
}

function indent(by: number, lines: readonly string[]): string[] {
  return lines.map((line) => `${' '.repeat(by)}${line}`);
}
