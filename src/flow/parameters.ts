import { closest } from '../domain/closest.ts';
import {
  type LoadedParameter,
  type ParameterValue,
  type ParameterValues,
  readValue,
  showValue,
} from '../domain/parameter.ts';
import { NotAnswered } from '../domain/probe.ts';
import type { ReadNode, Snapshot } from '../domain/snapshot.ts';

type Known = LoadedParameter<ReadNode>;

/** What a value of a parameter cannot be, and what it can. */
export interface WrongValue {
  name: string;
  because: string;
  /** Nobody has said it, and it has no default. */
  missing?: true;
}

export type Resolved = { kind: 'values'; values: ParameterValues } | { kind: 'wrong'; wrong: WrongValue[] };

/**
 * The value of every parameter on a node: what was given, else its default. A default that was computed is held within
 * its bounds; what a person gave is refused beyond them. What has neither is left to the action.
 */
export function resolveParameters(
  parameters: readonly Known[],
  snapshot: Snapshot,
  node: ReadNode,
  given: ParameterValues,
): Resolved {
  const values: Record<string, ParameterValue> = {};
  const wrong: WrongValue[] = [];
  for (const parameter of parameters) {
    const { name } = parameter;
    try {
      const value = given[name] ?? initialValue(parameter, node);
      if (value === undefined) {
        if (parameter.required)
          wrong.push({ name, because: `it has no default: ${parameter.spec.label}?`, missing: true });
        continue;
      }
      const because = objection(parameter, value, snapshot, node);
      if (because === undefined) values[name] = value;
      else wrong.push({ name, because });
    } catch (error) {
      if (!(error instanceof NotAnswered)) throw error;
      wrong.push({ name, because: `it cannot be computed: ${error.message}` });
    }
  }
  return wrong.length > 0 ? { kind: 'wrong', wrong } : { kind: 'values', values };
}

/** What is proposed for a parameter on a node; undefined where it has no default. */
export function initialValue({ default: initial, min, max }: Known, node: ReadNode): ParameterValue | undefined {
  const value = initial?.of(node);
  if (typeof value !== 'number' || initial?.literal !== undefined) return value;
  const least = Number(min?.of(node) ?? Number.NEGATIVE_INFINITY);
  const most = Number(max?.of(node) ?? Number.POSITIVE_INFINITY);
  return Math.max(least, Math.min(most, value));
}

/** Why a value cannot be taken, naming what can. */
function objection(
  { spec, min, max, pattern }: Known,
  value: ParameterValue,
  snapshot: Snapshot,
  node: ReadNode,
): string | undefined {
  const { type, values } = spec;
  if (typeof value === 'number') {
    const least = min?.of(node);
    const most = max?.of(node);
    const low = typeof least === 'number' && value < least;
    const high = typeof most === 'number' && value > most;
    return low || high ? `${showValue(type, value)} is not ${allowed(type, least, most)}` : undefined;
  }
  const text = String(value);
  if (type === 'choice' && values && !values.includes(text)) return oneOf(text, values);
  const names = snapshot.nodes.map(({ name }) => name);
  if (type === 'node' && !names.includes(text)) return oneOf(text, names);
  return pattern && !pattern.test(text) ? `it must look like ${spec.pattern}` : undefined;
}

/** The numbers between two bounds, of which one may be open. */
export function allowed(
  type: Known['spec']['type'],
  least: ParameterValue | undefined,
  most: ParameterValue | undefined,
): string {
  if (least === undefined && most === undefined) return '';
  if (most === undefined) return `at least ${showValue(type, least ?? 0)}`;
  if (least === undefined) return `at most ${showValue(type, most)}`;
  return `between ${showValue(type, least)} and ${showValue(type, most)}`;
}

function oneOf(text: string, allowed: readonly string[]): string {
  const meant = closest(text, allowed);
  return `"${text}" is none of ${allowed.join(', ')}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}

/** What people typed, by name, as values; names and texts that are none are wrong. Empty is not given. */
export function readGiven(
  parameters: readonly Known[],
  typed: Readonly<Record<string, string>>,
): { values: ParameterValues; wrong: WrongValue[] } {
  const values: Record<string, ParameterValue> = {};
  const wrong: WrongValue[] = [];
  for (const [name, text] of Object.entries(typed)) {
    const parameter = parameters.find((known) => known.name === name);
    if (!parameter) {
      const names = parameters.map((known) => known.name);
      const meant = closest(name, names);
      const there = names.length === 0 ? 'the playbook has none' : `there are ${names.join(', ')}`;
      wrong.push({ name, because: `there is no such parameter${meant ? `; did you mean ${meant}?` : `; ${there}`}` });
    } else if (text.trim() !== '') {
      const read = readValue(parameter.spec.type, text);
      if ('wrong' in read) wrong.push({ name, because: read.wrong });
      else values[name] = read.value;
    }
  }
  return { values, wrong };
}
