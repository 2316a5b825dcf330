import { type Document, isMap, isNode, isPair, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { scrub } from '../domain/scrub.ts';
import { explainIssues, type Mistake, type Path } from './schema-mistakes.ts';

interface Place {
  /** Both count from 1. */
  line: number;
  column: number;
}

export type YamlRead<T> =
  | {
      kind: 'read';
      value: T;
      /** Where the value of a path begins in the file. */
      at(path: Path): Place;
      /** A mistake of the reader's own, worded like the others; `offset` counts characters into a scalar. */
      mistake(path: Path, text: string, offset?: number): string;
    }
  | { kind: 'mistakes'; mistakes: string[] };

/** Replaces the text of a string value, or says what is wrong with it. */
export type Fill = (text: string) => { text: string } | { mistake: string };

/**
 * Reads YAML against a schema. Every mistake comes back at once, each as
 * `file:line:column: path: what is wrong` with the source line and a caret.
 */
export function readYaml<T>(file: string, text: string, schema: z.ZodType<T>, fill?: Fill): YamlRead<T> {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, uniqueKeys: true, prettyErrors: false });
  const source = { file, lines: text.split(/\r?\n/), lineCounter };
  if (document.errors.length > 0) {
    const mistakes = document.errors.map((error) => write(source, error.pos[0], [], plainMessage(error.message)));
    return { kind: 'mistakes', mistakes };
  }
  const found: Mistake[] = fill ? fillIn(document, fill) : [];
  const plain = toPlain(document);
  if ('mistake' in plain) return { kind: 'mistakes', mistakes: [write(source, 0, [], plain.mistake)] };
  const parsed = schema.safeParse(plain.value, { reportInput: true });
  if (!parsed.success) {
    const unfilled = new Set(found.map(({ path }) => JSON.stringify(path)));
    const issues = explainIssues(parsed.error.issues, schema, (path) => document.hasIn(path));
    found.push(...issues.filter(({ path }) => !unfilled.has(JSON.stringify(path))));
  }
  if (parsed.success && found.length === 0) {
    return {
      kind: 'read',
      value: parsed.data,
      at: (path) => place(source, offsetOf(document, path, false)),
      mistake: (path, words, offset = 0) => write(source, offsetInto(document, path, offset), path, words),
    };
  }
  const placed = found.map((mistake) => ({ ...mistake, offset: offsetOf(document, mistake.path, mistake.atKey) }));
  placed.sort((one, other) => one.offset - other.offset);
  return {
    kind: 'mistakes',
    mistakes: placed.map((mistake) => write(source, mistake.offset, mistake.path, mistake.text)),
  };
}

function fillIn(document: Document.Parsed, fill: Fill): Mistake[] {
  const mistakes: Mistake[] = [];
  visit(document, {
    Scalar(key, node, above) {
      if (key === 'key' || typeof node.value !== 'string') return;
      const filled = fill(node.value);
      if ('text' in filled) node.value = filled.text;
      else mistakes.push({ path: pathOf([...above, node]), atKey: false, text: filled.mistake });
    },
  });
  return mistakes;
}

/** The keys and indices that lead to the last of these nested nodes. */
function pathOf(chain: readonly unknown[]): Path {
  const path: (string | number)[] = [];
  for (const [at, node] of chain.entries()) {
    if (isPair(node)) path.push(isScalar(node.key) ? String(node.key.value) : '');
    else if (isNode(node) && 'items' in node && Array.isArray(node.items) && !isMap(node)) {
      path.push(node.items.indexOf(chain[at + 1]));
    }
  }
  return path;
}

function toPlain(document: Document.Parsed): { value: unknown } | { mistake: string } {
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    return { mistake: error instanceof Error ? error.message : String(error) };
  }
}

/** Offset of a path; for what is missing, of the nearest thing above it that is there. */
function offsetOf(document: Document.Parsed, path: Path, atKey: boolean): number {
  for (let length = path.length; length > 0; length -= 1) {
    const asKey = atKey || length < path.length;
    const node = (asKey && keyNode(document, path.slice(0, length))) || document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range[0] ?? 0;
}

function keyNode(document: Document.Parsed, path: Path): Node | undefined {
  const above = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(above)) return undefined;
  const pair = above.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)));
  return isNode(pair?.key) ? pair.key : undefined;
}

/** Offset of a character of a scalar: a quoted one begins after its quote, a block one on the line after its sign. */
function offsetInto(document: Document.Parsed, path: Path, offset: number): number {
  const node = document.getIn(path, true);
  const start = offsetOf(document, path, false);
  if (!isScalar(node)) return start;
  if (node.type === 'PLAIN') return start + offset;
  return node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE' ? start + 1 + offset : start;
}

interface Source {
  file: string;
  lines: readonly string[];
  lineCounter: LineCounter;
}

function place({ lineCounter }: Source, offset: number): Place {
  const { line, col } = lineCounter.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function write(source: Source, offset: number, path: Path, text: string): string {
  const { line, column } = place(source, offset);
  const about = path.length === 0 ? '' : `${path.join('.')}: `;
  const shown = (source.lines[line - 1] ?? '').replaceAll('\t', ' ');
  const frame = `    ${hidePasswords(shown)}\n    ${' '.repeat(column - 1)}^`;
  return `${source.file}:${line}:${column}: ${about}${text}\n${frame}`;
}

/** The source line as it may be shown: of `password: …` only the key, as a value may hold any sign; `${NAME}` is no secret. */
function hidePasswords(line: string): string {
  return scrub(line.replace(/(pass\w*["']?\s*:\s*)(?!\s|["']?\$\{\w+\}["']?\s*(?:[,}#]|$)).+/i, '$1[hidden]'));
}

/** The parser's own words without its trailing position. */
function plainMessage(message: string): string {
  return message.replace(/ at line \d+, column \d+:?[\s\S]*$/, '');
}
