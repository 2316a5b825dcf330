import type { Paint, Terminal } from './terminal.ts';

/** Wider lines are hard to read. */
const WIDEST = 110;
const NARROWEST = 40;

/** What a text is laid out for. */
export interface Page {
  paint: Paint;
  width: number;
}

export function pageFor({ columns }: Pick<Terminal, 'columns'>, paint: Paint): Page {
  return { paint, width: Math.max(NARROWEST, Math.min(WIDEST, columns)) };
}

/** Breaks text into lines of at most `width` characters, between words where it can. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((each) => pieces(each, width))) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}

function pieces(word: string, width: number): string[] {
  return word.match(new RegExp(`.{1,${Math.max(1, width)}}`, 'gsu')) ?? [];
}

/** Rows as lines with their columns under each other; the last cell of a row takes no width from others. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.slice(0, -1).entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))).join('  '),
  );
}

export function indent(by: number, lines: readonly string[]): string[] {
  return lines.map((line) => `${' '.repeat(by)}${line}`);
}
