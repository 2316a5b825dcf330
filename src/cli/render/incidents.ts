import type { Evidence, Finding, Severity } from '../../domain/finding.ts';
import { type Branch, becauseOf, comesOf, nodesOf, rivalsOf } from '../../domain/forest.ts';
import { printable } from '../../domain/printable.ts';
import { columns, indent, type Page, wrap } from './layout.ts';
import type { Style } from './terminal.ts';

const SEVERITY: Readonly<Record<Severity, Style>> = {
  critical: 'alarm',
  high: 'red',
  warning: 'yellow',
  info: 'cyan',
};

/** From here on a chain goes no further to the right. */
const DEEPEST = 4;

/** A root with its evidence and explanation, then what came of it; a fault of many servers is told once. */
export function renderIncident(branch: Branch, page: Page): string[][] {
  const symptoms = comesOf(branch).flatMap(({ symptom, depth }) => {
    const by = 2 * (1 + Math.min(depth, DEEPEST));
    return indent(by, renderSymptom(symptom, { ...page, width: page.width - by }));
  });
  return [renderRoot(branch, page), symptoms];
}

/** Told and no fault: a line each, with what came of it, which is no fault either. */
export function renderNotes(branches: readonly Branch[], { paint, width }: Page): string[] {
  const lines = branches
    .flatMap((branch) => [branch, ...comesOf(branch).map(({ symptom }) => symptom)])
    .flatMap((note) => [
      `  ${printable(note.fault[0].id)}  ${paint('dim', where(note))}`,
      ...indent(4, wrap(printable(note.fault[0].headline), width - 4)),
    ]);
  return [paint('cyan', 'Noted, no fault (redis-medic check says more):'), ...lines];
}

function renderRoot(branch: Branch, page: Page): string[] {
  const { paint, width } = page;
  const [worst, ...others] = branch.fault;
  const playbooks = worst.playbooks.map((id) => printable(id)).join(', ');
  return [
    title(branch, page),
    ...indent(2, wrap(printable(worst.headline), width - 2)).map((line) => paint('bold', line)),
    ...indent(4, renderEvidence(worst.evidence, width - 4)),
    ...indent(2, renderOthers(worst, others, width - 2)),
    ...indent(2, wrap(printable(worst.more, 2000), width - 2)),
    ...(playbooks === ''
      ? []
      : indent(2, wrap(`Playbooks: ${playbooks}`, width - 2)).map((line) => paint('cyan', line))),
  ];
}

/** The other servers with this fault, those together of which the same is said. */
function renderOthers(worst: Finding, others: readonly Finding[], width: number): string[] {
  return [...Map.groupBy(others, ({ headline }) => headline)].flatMap(([headline, same]) => {
    const nodes = same.map(({ node }) => printable(node)).join(', ');
    return wrap(headline === worst.headline ? `The same on ${nodes}` : `On ${nodes}: ${printable(headline)}`, width);
  });
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

function renderSymptom(symptom: Branch, page: Page): string[] {
  const { paint, width } = page;
  const [{ severity, id, headline }] = symptom.fault;
  const because = printable(becauseOf(symptom), 1000);
  const used = `${severity}  ${printable(id)}  ${where(symptom)} `.length;
  const signs = rivalsOf(symptom).map((rival) => printable(`If it is ${rival.id}: ${rival.tells}`, 1000));
  const below = [printable(headline), ...signs].flatMap((text) => wrap(text, width - 2));
  if (used + because.length <= width) {
    return [`${title(symptom, page)} ${paint('dim', because)}`, ...indent(2, below)];
  }
  const wrapped = wrap(because, width - 2).map((line) => paint('dim', line));
  return [title(symptom, page), ...indent(2, [...wrapped, ...below])];
}

function title(branch: Branch, { paint }: Page): string {
  const [{ id, severity }] = branch.fault;
  return `${paint(SEVERITY[severity], severity)}  ${printable(id)}  ${paint('dim', where(branch))}`;
}

function where(branch: Branch): string {
  const [first = '', ...others] = nodesOf(branch);
  return `${printable(first)}${others.length === 0 ? '' : ` and ${others.length} more`}`;
}
