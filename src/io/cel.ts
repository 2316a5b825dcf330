import { type ASTNode, Environment, EvaluationError } from '@marcbachmann/cel-js';
import { closest } from '../domain/closest.ts';
import type { Computed, ParameterValue } from '../domain/parameter.ts';
import type { CompiledGuard } from '../domain/playbook.ts';
import { NotAnswered, type Probe } from '../domain/probe.ts';
import type { Shelf } from '../domain/shelf.ts';
import { type ReadNode, readingOf } from '../domain/snapshot.ts';

/** Why a guard cannot be used, and where in its text (0 is its first character). */
export interface GuardMistake {
  at: number;
  message: string;
}

export type GuardCompiler = (
  text: string,
) => { kind: 'guard'; guard: CompiledGuard } | { kind: 'mistake'; mistake: GuardMistake };

type Fields = ReadonlyMap<string, { probe: Probe<unknown>; fields: Probe<unknown>['fields'] }>;

interface Reference {
  variable: string;
  field: string;
  probe: Probe<unknown>;
}

/** Compiles guards against what the probes can read: probe `memory-config` is `memory_config`, with its plain fields. */
export function guardCompiler(probes: Shelf<Probe<unknown>>): GuardCompiler {
  const compile = compiler(probes);
  return (text) => {
    const compiled = compile(text);
    if (compiled.kind === 'mistake') return compiled;
    const { type, reads, evaluate } = compiled;
    if (type !== 'bool') {
      return mistaken(0, `a guard must be true or false, but this gives a ${type ?? 'value of unknown type'}`);
    }
    return { kind: 'guard', guard: { text, reads, holds: (node) => evaluate(node) === true } };
  };
}

/** What an expression can give, and the type of CEL that it then has. */
const GIVES = {
  number: ['double', 'int', 'uint'],
  text: ['string'],
  boolean: ['bool'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type ValueCompiler = (
  text: string,
  wanted: keyof typeof GIVES,
) => { kind: 'value'; value: Computed<ReadNode> } | { kind: 'mistake'; mistake: GuardMistake };

/** Compiles expressions that give a value, such as the default of a parameter, against the same readings. */
export function valueCompiler(probes: Shelf<Probe<unknown>>): ValueCompiler {
  const compile = compiler(probes);
  return (text, wanted) => {
    const compiled = compile(text);
    if (compiled.kind === 'mistake') return compiled;
    const { type, evaluate } = compiled;
    if (!GIVES[wanted].some((known) => known === type)) {
      return mistaken(0, `this must give a ${wanted}, but it gives a ${type ?? 'value of unknown type'}`);
    }
    return { kind: 'value', value: { text, of: (node) => plain(evaluate(node), text) } };
  };
}

/** Whole numbers of CEL are bigint. */
function plain(value: unknown, text: string): ParameterValue {
  const known = typeof value === 'bigint' ? Number(value) : value;
  if (typeof known === 'number' && Number.isFinite(known)) return known;
  if (typeof known === 'string' || typeof known === 'boolean') return known;
  throw new NotAnswered(`"${text}" gives no value`);
}

type Compiled =
  | { kind: 'compiled'; type: string | undefined; reads: readonly string[]; evaluate: (node: ReadNode) => unknown }
  | { kind: 'mistake'; mistake: GuardMistake };

function compiler(probes: Shelf<Probe<unknown>>): (text: string) => Compiled {
  const known: Fields = new Map(
    [...probes]
      .filter(([, probe]) => Object.keys(probe.fields).length > 0)
      .map(([id, probe]) => [id.replaceAll('-', '_'), { probe, fields: probe.fields }]),
  );
  const environment = environmentFor(known);
  return (text) => {
    const checked = environment.check(text);
    if (!checked.valid) return mistaken(checked.error?.range?.start ?? 0, explain(checked.error, text, known));
    const program = environment.parse(text);
    const references: Reference[] = [];
    const odd = walk(program.ast, known, references);
    if (odd) return mistaken(odd.at, odd.message);
    const reads = references.map(({ variable, field }) => `${variable.replaceAll('_', '-')}.${field}`);
    return {
      kind: 'compiled',
      type: checked.type,
      reads: [...new Set(reads)],
      evaluate: (node) => evaluateOn(program, text, references, node),
    };
  };
}

function mistaken(at: number, message: string): { kind: 'mistake'; mistake: GuardMistake } {
  return { kind: 'mistake', mistake: { at, message } };
}

function environmentFor(known: Fields): Environment {
  const environment = new Environment();
  for (const [name, { fields }] of known) {
    const schema = Object.entries(fields).map(([field, kind]) => [field, kind === 'number' ? 'double' : 'string']);
    environment.registerVariable({ name, schema: Object.fromEntries(schema) });
  }
  // Readings are doubles and literals are often ints: CEL has no arithmetic or equality across the two by itself.
  const numeric: Record<string, (one: number, other: number) => number | boolean> = {
    '+': (one, other) => one + other,
    '-': (one, other) => one - other,
    '*': (one, other) => one * other,
    '/': (one, other) => one / other,
    '==': (one, other) => one === other,
  };
  for (const [operator, compute] of Object.entries(numeric)) {
    const gives = operator === '==' ? 'bool' : 'double';
    const apply = (one: number | bigint, other: number | bigint) => compute(Number(one), Number(other));
    environment.registerOperator(`int ${operator} double: ${gives}`, apply);
    if (operator !== '==') environment.registerOperator(`double ${operator} int: ${gives}`, apply);
  }
  return environment;
}

/** Notes every field that is named; gives the first thing that a guard may not do. */
function walk(node: ASTNode, known: Fields, references: Reference[]): GuardMistake | undefined {
  // Its patterns are backtracking regular expressions: 28 characters took seconds.
  if (node.op === 'rcall' && node.args[0] === 'matches') {
    return {
      at: node.start,
      message: 'matches is not allowed in guards: use ==, in, startsWith, endsWith or contains',
    };
  }
  if (node.op === '.' && node.args[0].op === 'id') {
    const variable = node.args[0].args;
    const named = known.get(variable);
    if (named) references.push({ variable, field: node.args[1], probe: named.probe });
    return undefined;
  }
  if (node.op === 'id' && known.has(node.args)) {
    const example = Object.keys(known.get(node.args)?.fields ?? {})[0];
    return { at: node.start, message: `name a field of it, such as ${node.args}.${example}` };
  }
  for (const child of children(node.args)) {
    const odd = walk(child, known, references);
    if (odd) return odd;
  }
  return undefined;
}

function children(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(children);
  return typeof args === 'object' && args !== null && 'op' in args ? [args as ASTNode] : [];
}

function explain(
  error: { code: string; summary: string; range?: { start: number; end: number } } | undefined,
  text: string,
  known: Fields,
): string {
  if (!error) return 'is not a valid expression';
  const word = text.slice(error.range?.start, error.range?.end);
  if (error.code === 'unknown_variable') return suggest(`there is no reading "${word}"`, word, [...known.keys()]);
  if (error.code === 'no_such_key') {
    const variable = /([a-z_]+)\.$/.exec(text.slice(0, error.range?.start))?.[1] ?? '';
    const fields = Object.keys(known.get(variable)?.fields ?? {});
    return suggest(`${variable} has no field "${word}"`, word, fields);
  }
  return error.summary;
}

function suggest(message: string, word: string, allowed: readonly string[]): string {
  const meant = closest(word, allowed);
  return meant ? `${message}, did you mean "${meant}"?` : `${message}; there are ${allowed.join(', ')}`;
}

function evaluateOn(
  program: (context: Record<string, object>) => unknown,
  text: string,
  references: readonly Reference[],
  node: ReadNode,
): unknown {
  const context: Record<string, Record<string, unknown>> = {};
  const missing: string[] = [];
  for (const reference of references) {
    const { variable, field } = reference;
    const value = reported(node, reference);
    if (value instanceof NotAnswered) missing.push(value.message);
    context[variable] = { ...context[variable], ...(!(value instanceof NotAnswered) && { [field]: value }) };
  }
  try {
    // Where the rest decides alone (`role == "master" || link == "up"`), what is missing does not matter.
    return program(context);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    throw new NotAnswered(missing[0] ?? `"${text}" cannot be computed: ${error.summary}`);
  }
}

function reported(node: ReadNode, { variable, field, probe }: Reference): unknown {
  try {
    const value = (readingOf(node, probe).now as Record<string, unknown>)[field];
    return value ?? new NotAnswered(`${node.name} does not report ${variable}.${field}`);
  } catch (error) {
    if (error instanceof NotAnswered) return error;
    throw error;
  }
}
