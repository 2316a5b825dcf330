import { closest } from '../domain/closest.ts';
import {
  type Computed,
  fromFile,
  isNumeric,
  type LoadedParameter,
  type Parameter,
  type ParameterValue,
} from '../domain/parameter.ts';
import { parseAddress } from '../domain/redis-url.ts';
import type { ReadNode } from '../domain/snapshot.ts';
import type { ValueCompiler } from './cel.ts';
import type { Path } from './schema-mistakes.ts';

export type Complain = (path: Path, text: string, offset?: number) => void;

/** A parameter with its default and bounds compiled; what is wrong with it is told below its own path. */
export function loadParameter(
  name: string,
  spec: Parameter,
  compile: ValueCompiler,
  complain: Complain,
): LoadedParameter<ReadNode> {
  misplaced(spec, complain);
  const pattern = patternOf(spec, complain);
  const bound = (key: 'min' | 'max') =>
    spec[key] === undefined || !isNumeric(spec.type) ? undefined : computed(spec, spec[key], compile, [key], complain);
  const initial = spec.default === undefined ? undefined : computed(spec, spec.default, compile, ['default'], complain);
  const loaded: LoadedParameter<ReadNode> = { name, spec, required: false };
  const [min, max] = [bound('min'), bound('max')];
  if (initial) loaded.default = rounded(initial, spec.type, Math.round);
  if (min) loaded.min = rounded(min, spec.type, Math.ceil);
  if (max) loaded.max = rounded(max, spec.type, Math.floor);
  if (pattern) loaded.pattern = pattern;
  contradictions(loaded, complain);
  return loaded;
}

/** Keys that only another type has. */
function misplaced({ type, values, pattern, min, max }: Parameter, complain: Complain): void {
  if (type === 'choice' && values === undefined) complain(['type'], 'a choice needs the key values');
  if (type !== 'choice' && values !== undefined)
    complain(['values'], `only a choice has values, and this is a ${type}`);
  if (type !== 'text' && pattern !== undefined)
    complain(['pattern'], `only a text has a pattern, and this is a ${type}`);
  for (const [key, bound] of Object.entries({ min, max })) {
    if (bound !== undefined && !isNumeric(type)) complain([key], `a ${type} has no ${key}`);
  }
}

const COSTLY = /[()|]|\\[1-9k]/;
const UNBOUNDED = /[*+]|\{\d+,\}/g;

/** Patterns meet what people type: one that could take minutes is not let in. */
function patternOf({ type, pattern }: Parameter, complain: Complain): RegExp | undefined {
  if (pattern === undefined || type !== 'text') return undefined;
  if (COSTLY.test(pattern) || (pattern.match(UNBOUNDED)?.length ?? 0) > 3) {
    complain(
      ['pattern'],
      'a pattern is made of signs and classes such as [a-z0-9:]+, without groups, * and + at most 3',
    );
    return undefined;
  }
  try {
    return new RegExp(`^(?:${pattern})$`, 'u');
  } catch (error) {
    complain(['pattern'], error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** A literal of the type or an expression; of a text, choice or node an expression begins with `=`. */
function computed(
  spec: Parameter,
  written: ParameterValue,
  compile: ValueCompiler,
  path: Path,
  complain: Complain,
): Computed<ReadNode> | undefined {
  const { type } = spec;
  const marked = typeof written === 'string' && written.startsWith('=');
  const literal = marked ? undefined : fromFile(type, written);
  if (literal !== undefined) {
    const odd = oddText(spec, literal);
    if (odd === undefined) return { text: String(written), literal, of: () => literal };
    complain(path, odd);
    return undefined;
  }
  const wanted = isNumeric(type) ? 'number' : type === 'boolean' ? 'boolean' : 'text';
  if (typeof written !== 'string' || (wanted === 'text' && !marked)) {
    complain(path, `expected a ${type}${type === 'text' ? ' without control characters' : ''}`);
    return undefined;
  }
  const skipped = marked ? 1 : 0;
  const compiled = compile(written.slice(skipped), wanted);
  if (compiled.kind === 'value') return { ...compiled.value, text: written.slice(skipped).trim() };
  const { message, at } = compiled.mistake;
  complain(path, `is neither a ${type} nor an expression: ${message}`, at + skipped);
  return undefined;
}

function oddText({ type, values }: Parameter, literal: ParameterValue): string | undefined {
  if (type === 'choice' && values && !values.includes(String(literal))) {
    const meant = closest(String(literal), values);
    return `expected one of ${values.join(', ')}.${meant === undefined ? '' : ` Did you mean "${meant}"?`}`;
  }
  if (type === 'node' && parseAddress(String(literal), 0) === undefined) return 'expected host:port';
  return undefined;
}

const MIB = 1024 ** 2;

/** What an expression gives, in whole units; a proposed size that is large in whole MiB, as people write it. */
function rounded(
  value: Computed<ReadNode>,
  type: Parameter['type'],
  round: (value: number) => number,
): Computed<ReadNode> {
  if (value.literal !== undefined || (type !== 'integer' && type !== 'size')) return value;
  return {
    text: value.text,
    of(node) {
      const given = value.of(node);
      if (typeof given !== 'number') return given;
      const step = type === 'size' && round === Math.round && given >= 16 * MIB ? MIB : 1;
      return round(given / step) * step;
    },
  };
}

/** Bounds and a default that cannot all be true, as far as they are known without a server. */
function contradictions(loaded: LoadedParameter<ReadNode>, complain: Complain): void {
  const { min, max, pattern } = loaded;
  const initial = loaded.default?.literal;
  const [least, most] = [min?.literal, max?.literal];
  if (typeof least === 'number' && typeof most === 'number' && least > most) {
    complain(['max'], `is below min, which is ${min?.text}`);
  }
  if (typeof initial === 'number' && typeof least === 'number' && initial < least) {
    complain(['default'], `is below min, which is ${min?.text}`);
  }
  if (typeof initial === 'number' && typeof most === 'number' && initial > most) {
    complain(['default'], `is above max, which is ${max?.text}`);
  }
  if (typeof initial === 'string' && pattern && !pattern.test(initial)) {
    complain(['default'], 'does not look like the pattern');
  }
}
