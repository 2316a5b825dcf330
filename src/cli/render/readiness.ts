import { printable } from '../../domain/printable.ts';
import { type CheckRow, RESULTS, type Readiness, type Result, type SectionScore } from '../../domain/readiness.ts';
import { columns, wrap } from './layout.ts';
import { makePaint, type Style, type Terminal } from './terminal.ts';

const MARK: Readonly<Record<Result, readonly [Style, string]>> = {
  fail: ['red', 'fail'],
  'not assessed': ['yellow', 'not assessed'],
  pass: ['green', 'pass'],
};

const WIDEST = 110;
const LONGEST = 2000;

/** The readiness report for a terminal: scores, what failed with its fix, and what could not be assessed. */
export function renderReadiness(readiness: Readiness, terminal: Pick<Terminal, 'colour' | 'columns'>): string {
  const paint = makePaint(terminal.colour);
  const width = Math.max(40, Math.min(WIDEST, terminal.columns));
  const failed = readiness.rows.filter(({ result }) => result === 'fail');
  const blind = readiness.rows.filter(({ result }) => result === 'not assessed');
  const lines = [
    paint('bold', `${printable(readiness.target)}: ${headline(readiness)}`),
    '',
    ...columns(readiness.sections.map(scoreCells)).map((line) => `  ${line.trimEnd()}`),
  ];
  for (const row of failed) {
    lines.push(
      '',
      `${paint(...MARK.fail)}  ${paint('bold', row.title)}  ${paint('dim', `${row.id} · ${row.section}`)}`,
    );
    lines.push(...wrap(printable(row.said, LONGEST), width - 2).map((line) => `  ${line}`));
    lines.push(...wrap(printable(row.fix, LONGEST), width - 2).map((line) => paint('cyan', `  ${line}`)));
  }
  if (blind.length > 0)
    lines.push('', paint('yellow', 'Not assessed, so not known to be well:'), ...blindLines(blind, width));
  return `${lines.join('\n')}\n`;
}

/** Grouped by reason: one missing permission keeps many rows from being assessed. */
function blindLines(rows: readonly CheckRow[], width: number): string[] {
  return [...Map.groupBy(rows, ({ said }) => said)].flatMap(([reason, group]) => [
    ...wrap(printable(reason, LONGEST), width - 2).map((line) => `  ${line}`),
    ...wrap(group.map(({ id }) => id).join(', '), width - 4).map((line) => `    ${line}`),
  ]);
}

function headline({ sections }: Readiness): string {
  const sum = (of: (one: SectionScore) => number) => sections.reduce((total, one) => total + of(one), 0);
  const [passed, failed, blind] = [sum((one) => one.passed), sum((one) => one.failed), sum((one) => one.notAssessed)];
  return `${passed} passed, ${failed} failed, ${blind} not assessed`;
}

function scoreCells({ section, score, passed, failed, notAssessed }: SectionScore): string[] {
  return [
    section,
    score === null ? '–' : `${score} %`,
    `${passed} passed`,
    `${failed} failed`,
    `${notAssessed} not assessed`,
  ];
}

/** The whole report as Markdown, for a wiki or a ticket. */
export function readinessMarkdown(readiness: Readiness): string {
  const lines = [
    `# Readiness of ${cell(readiness.target)}`,
    '',
    `${new Date(readiness.takenAt).toISOString()}: ${headline(readiness)}.`,
    '',
    '| section | score | passed | failed | not assessed |',
    '|---|---|---|---|---|',
    ...readiness.sections.map(
      ({ section, score, passed, failed, notAssessed }) =>
        `| ${section} | ${score === null ? '–' : `${score} %`} | ${passed} | ${failed} | ${notAssessed} |`,
    ),
  ];
  for (const { section } of readiness.sections) {
    lines.push('', `## ${section}`, '', '| result | check | what was seen | fix |', '|---|---|---|---|');
    const rows = readiness.rows.filter((row) => row.section === section);
    for (const row of RESULTS.flatMap((result) => rows.filter((one) => one.result === result))) {
      lines.push(`| ${row.result} | ${cell(row.title)} (\`${row.id}\`) | ${cell(row.said)} | ${cell(row.fix)} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Text of others cannot end a cell or become markup. */
function cell(text: string): string {
  return printable(text, LONGEST).replace(/[\\|`*_<>[\]]/g, (sign) => `\\${sign}`);
}

/** The JSON form, version 1. */
export function readinessJson({ target, takenAt, sections, rows }: Readiness): object {
  return {
    version: 1,
    target,
    taken_at: new Date(takenAt).toISOString(),
    sections: sections.map(({ notAssessed, ...section }) => ({ ...section, not_assessed: notAssessed })),
    rows,
  };
}
