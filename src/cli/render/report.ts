import type { CommandLoad } from '../../domain/command-load.ts';
import { forest, severityOf } from '../../domain/forest.ts';
import { printable } from '../../domain/printable.ts';
import type { Report, ReportedNode, Verdict } from '../../domain/report.ts';
import { duration } from '../../domain/units.ts';
import { renderLoad } from './commands.ts';
import { renderIncident, renderNotes } from './incidents.ts';
import { renderKeys } from './keys.ts';
import { columns, indent, type Page, pageFor, wrap } from './layout.ts';
import { makePaint, type Style, type Terminal } from './terminal.ts';

const VERDICT: Readonly<Record<Verdict, readonly [Style, string]>> = {
  healthy: ['green', 'nothing is wrong'],
  warning: ['yellow', 'somebody should look at this'],
  critical: ['alarm', 'this needs somebody now'],
  unreachable: ['alarm', 'no server could be reached'],
  unassessed: ['yellow', 'too little could be seen to say'],
};

/** A report for a person at a terminal: verdict, servers, causes with their symptoms, and what could not be looked at. */
export function renderReport(report: Report, terminal: Pick<Terminal, 'colour' | 'columns'>): string {
  const page = pageFor(terminal, makePaint(terminal.colour));
  const incidents = forest(report.findings);
  const notes = incidents.filter((branch) => severityOf(branch) === 'info');
  const faults = incidents.filter((branch) => !notes.includes(branch));
  const sections = [
    renderVerdict(report, page),
    renderNodes(report.nodes),
    ...faults.flatMap((branch) => renderIncident(branch, page)),
  ];
  if (notes.length > 0) sections.push(renderNotes(notes, page));
  for (const load of report.commands ?? []) sections.push(renderCommands(load, page));
  for (const sample of report.keys ?? []) sections.push(renderKeys(sample, page));
  if (report.unassessed.length > 0) sections.push(renderUnassessed(report, page));
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
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
