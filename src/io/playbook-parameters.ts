import type { z } from 'zod';
import type { Action } from '../domain/action.ts';
import { closest } from '../domain/closest.ts';
import type { LoadedParameter, ParameterType, ParameterValue } from '../domain/parameter.ts';
import { filledIn, namesInText, type Reference, referencesIn } from '../domain/parameter-references.ts';
import type { Playbook } from '../domain/playbook.ts';
import type { Shelf } from '../domain/shelf.ts';
import type { ReadNode } from '../domain/snapshot.ts';
import type { ValueCompiler } from './cel.ts';
import { type Complain, loadParameter } from './parameter-bounds.ts';
import { explainIssues, type Path } from './schema-mistakes.ts';

type Known = ReadonlyMap<string, LoadedParameter<ReadNode>>;

/** The parameters of a playbook, and every argument of its steps checked with them in place. */
export function loadParameters(
  playbook: Playbook,
  actions: Shelf<Action>,
  compile: ValueCompiler,
  complain: Complain,
): LoadedParameter<ReadNode>[] {
  const known: Known = new Map(
    Object.entries(playbook.parameters).map(([name, spec]) => [
      name,
      loadParameter(name, spec, compile, (path, text, offset) => complain(['parameters', name, ...path], text, offset)),
    ]),
  );
  const used = new Set<string>();
  for (const [at, step] of playbook.steps.entries()) {
    if ('action' in step) {
      const schema = actions.get(step.action)?.args;
      for (const name of checkArgs(step, schema, known, ['steps', at, 'with'], complain)) used.add(name);
    }
    for (const { text, path } of textsOf(step)) {
      for (const { name, at: offset } of namesInText(text)) {
        if (isKnown(name, known, ['steps', at, ...path], complain, offset)) used.add(name);
      }
    }
  }
  for (const name of known.keys()) {
    if (!used.has(name)) complain(['parameters', name], `no step uses it: write $${name} as the value of an argument`);
  }
  return [...known.values()];
}

/** What people read of a step, where {name} stands for a value. */
function textsOf(step: Playbook['steps'][number]): { text: string; path: Path }[] {
  if ('notify' in step) return [{ text: step.notify, path: ['notify'] }];
  if (!('manual' in step)) return [];
  const { instruction, ask } = step.manual;
  const asked = ask === undefined ? [] : [{ text: ask, path: ['manual', 'ask'] }];
  return [{ text: instruction, path: ['manual', 'instruction'] }, ...asked];
}

function isKnown(name: string, known: Known, path: Path, complain: Complain, offset = 0): boolean {
  if (known.has(name)) return true;
  const meant = closest(name, known.keys());
  const there = known.size === 0 ? 'it has no parameters' : `there are ${[...known.keys()].join(', ')}`;
  const hint = meant === undefined ? `; ${there}` : `, did you mean "${meant}"?`;
  complain(path, `there is no parameter "${name}"${hint}`, offset);
  return false;
}

/** Gives the names that are used. */
function checkArgs(
  step: { action: string; with: Record<string, unknown> },
  schema: z.ZodType | undefined,
  known: Known,
  path: Path,
  complain: Complain,
): string[] {
  const references = referencesIn(step.with);
  const right = references.filter(({ name, path: inner }) => isKnown(name, known, [...path, ...inner], complain));
  if (!schema || right.length < references.length) return right.map(({ name }) => name);
  const issuesWith = (values: Readonly<Record<string, unknown>>) => {
    const args = filledIn(step.with, { ...samples(known), ...values });
    return { args, issues: schema.safeParse(args, { reportInput: true }).error?.issues ?? [] };
  };
  const { args, issues } = issuesWith({});
  const about = (issue: { path: readonly PropertyKey[] }) => right.find((one) => startsWith(issue.path, one.path));
  const ours = issues.filter((issue) => about(issue) === undefined);
  for (const mistake of explainIssues(ours, schema, (inner) => inner.length === 0 || has(args, inner))) {
    complain([...path, ...mistake.path], mistake.text);
  }
  for (const reference of right) {
    const parameter = known.get(reference.name);
    if (!parameter) continue;
    const wrong = (value: ParameterValue | undefined) =>
      issuesWith({ [reference.name]: value }).issues.filter((issue) => startsWith(issue.path, reference.path));
    checkReference({ ...reference, path: [...path, ...reference.path] }, step.action, parameter, wrong, complain);
    if (!parameter.default && wrong(undefined).length > 0) parameter.required = true;
  }
  return right.map(({ name }) => name);
}

type Issue = z.core.$ZodIssue;

/** Is the parameter of the type that the argument wants, and are the values that it names in the file taken? */
function checkReference(
  { name, path }: Reference,
  action: string,
  { spec, ...loaded }: LoadedParameter<ReadNode>,
  wrong: (value: ParameterValue) => readonly Issue[],
  complain: Complain,
): void {
  if (spec.type !== 'choice') {
    const odd = wrong(SAMPLES[spec.type]).find(({ code }) => code.startsWith('invalid_') && code !== 'invalid_format');
    if (odd) {
      complain(path, `$${name} is a ${spec.type}, but ${action} wants something else here: ${told(odd)}`);
      return;
    }
  }
  for (const [at, value] of (spec.values ?? []).entries()) {
    const [odd] = wrong(value);
    if (odd) complain(['parameters', name, 'values', at], `${action} does not take it: ${told(odd)}`);
  }
  for (const key of ['default', 'min', 'max'] as const) {
    const literal = loaded[key]?.literal;
    const [odd] = literal === undefined || spec.type === 'choice' ? [] : wrong(literal);
    if (odd) complain(['parameters', name, key], `${action} does not take it: ${told(odd)}`);
  }
}

function told(issue: Issue): string {
  if (issue.code === 'invalid_type') return `expected ${issue.expected === 'int' ? 'a whole number' : issue.expected}`;
  return issue.code === 'invalid_value' ? `expected one of ${issue.values.map(String).join(', ')}` : issue.message;
}

/** A value of each type that an argument of that type takes, but for its bounds. */
const SAMPLES: Readonly<Record<ParameterType, ParameterValue>> = {
  integer: 1,
  number: 0.5,
  size: 1_048_576,
  duration: 60,
  text: 'text',
  choice: 'choice',
  boolean: true,
  node: '127.0.0.1:6379',
};

function samples(known: Known): Record<string, ParameterValue> {
  return Object.fromEntries(
    [...known.values()].map(({ name, spec }) => [name, spec.values?.[0] ?? SAMPLES[spec.type]]),
  );
}

function startsWith(path: readonly PropertyKey[], start: Reference['path']): boolean {
  return start.every((key, at) => path[at] === key);
}

function has(args: unknown, path: Path): boolean {
  let inner = args;
  for (const key of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, key)) return false;
    inner = (inner as Record<string | number, unknown>)[key];
  }
  return true;
}
