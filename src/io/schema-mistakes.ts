import { z } from 'zod';
import { closest } from '../domain/closest.ts';

export type Path = readonly (string | number)[];

/** A mistake with the place in the document that it is about. */
export interface Mistake {
  path: Path;
  /** Point at the key rather than at its value. */
  atKey: boolean;
  text: string;
}

type Issue = z.core.$ZodIssue;

/** What a zod error means to the person who wrote the document: allowed keys and values, and what was likely meant. */
export function explainIssues(
  issues: readonly Issue[],
  schema: z.ZodType,
  present: (path: Path) => boolean,
): Mistake[] {
  const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const flat = issues.flatMap((issue) => flatten(issue, []));
  const mistakes = flat.flatMap(({ issue, path }) => explain(issue, path, shape, present));
  // A misspelt key is one mistake, not an unknown key and a missing one.
  const meant = new Set(mistakes.flatMap((mistake) => mistake.meant ?? []));
  return mistakes.filter((mistake) => !mistake.missing || !meant.has(JSON.stringify(mistake.path)));
}

/** The branch of a union that was most likely meant is the one with the fewest mistakes. */
function flatten(issue: Issue, above: Path): { issue: Issue; path: Path }[] {
  const path = [...above, ...issue.path.map((key) => (typeof key === 'number' ? key : String(key)))];
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ issue, path }];
  const wanted = issue.errors.map(wantedInstead);
  if (!wanted.includes(undefined)) {
    const message = ownWords(issue) ?? `expected ${[...new Set(wanted)].join(' or ')}`;
    return [{ issue: { ...issue, message }, path }];
  }
  const [best = []] = [...issue.errors].sort((one, other) => one.length - other.length);
  return best.flatMap((inner) => flatten(inner, path));
}

/** What a branch wants in place of the whole value; undefined when it is about something inside it. */
function wantedInstead([only, ...more]: readonly Issue[]): string | undefined {
  if (only === undefined || only.path.length > 0 || more.length > 0) return undefined;
  if (only.code === 'invalid_type') return nameOf(only.expected);
  return only.code === 'invalid_value' ? only.values.map(String).join(' or ') : undefined;
}

function explain(
  issue: Issue,
  path: Path,
  shape: object,
  present: (path: Path) => boolean,
): (Mistake & { meant?: string[]; missing?: true })[] {
  switch (issue.code) {
    case 'unrecognized_keys': {
      const allowed = keysAt(shape, path);
      return issue.keys.map((key) => {
        const meant = closest(key, allowed);
        return {
          path: [...path, key],
          atKey: true,
          text: `unknown key. Allowed: ${allowed.join(', ')}.${didYouMean(meant)}`,
          ...(meant !== undefined && { meant: [JSON.stringify([...path, meant])] }),
        };
      });
    }
    case 'invalid_key':
      return [{ path, atKey: true, text: issue.issues[0]?.message ?? issue.message }];
    case 'invalid_value': {
      if (!present(path)) return [missing(path, `Allowed: ${issue.values.map(String).join(', ')}.`)];
      const given = 'input' in issue && typeof issue.input === 'string' ? issue.input : '';
      const values = issue.values.map(String);
      const text = `expected ${values.length === 1 ? '' : 'one of '}${values.join(', ')}.${didYouMean(closest(given, values))}`;
      return [{ path, atKey: false, text }];
    }
    case 'invalid_type':
      if (!present(path)) return [missing(path, '')];
      return [{ path, atKey: false, text: ownWords(issue) ?? `expected ${nameOf(issue.expected)}` }];
    default:
      if (path.length > 0 && !present(path)) return [missing(path, '')];
      return [{ path, atKey: false, text: issue.message }];
  }
}

const NAMES: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
};

function nameOf(type: string): string {
  return NAMES[type] ?? type;
}

/** The schema's own message, where it has one that says more than zod's. */
function ownWords({ message }: Issue): string | undefined {
  return message.startsWith('Invalid input') ? undefined : message;
}

function missing(path: Path, more: string): Mistake & { missing: true } {
  return { path, atKey: true, missing: true, text: `this key is required.${more && ` ${more}`}` };
}

function didYouMean(word: string | undefined): string {
  return word === undefined ? '' : ` Did you mean "${word}"?`;
}

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
}

function keysAt(shape: JsonSchema, path: Path): string[] {
  let level = branches(shape);
  for (const key of path) {
    level = level.flatMap(({ properties, additionalProperties, items }) => {
      const named = properties?.[key];
      const next = typeof key === 'number' ? items : (named ?? (additionalProperties as JsonSchema | undefined));
      return next === undefined ? [] : branches(next);
    });
  }
  return [...new Set(level.flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

function branches(schema: JsonSchema): JsonSchema[] {
  const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  return inner.length === 0 ? [schema] : inner.flatMap(branches);
}
