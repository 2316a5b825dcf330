import { type LoadedParameter, type ParameterValues, showValue } from './parameter.ts';

/** A place in the arguments of a step where the whole value is a parameter: `bytes: $size`. */
export interface Reference {
  path: readonly (string | number)[];
  name: string;
}

const WHOLE = /^\$([A-Za-z_]\w*)$/;
const INSIDE = /\{([A-Za-z_]\w*)\}/g;

/** Every parameter that arguments name, at any depth. */
export function referencesIn(args: unknown, path: Reference['path'] = []): Reference[] {
  if (typeof args === 'string') {
    const name = WHOLE.exec(args)?.[1];
    return name === undefined ? [] : [{ path, name }];
  }
  if (Array.isArray(args)) return args.flatMap((inner: unknown, at) => referencesIn(inner, [...path, at]));
  if (typeof args !== 'object' || args === null) return [];
  return Object.entries(args).flatMap(([key, inner]) => referencesIn(inner, [...path, key]));
}

/** The arguments with the values in their places; a parameter without a value leaves its key away. */
export function filledIn(args: unknown, values: Readonly<Record<string, unknown>>): unknown {
  if (typeof args === 'string') {
    const name = WHOLE.exec(args)?.[1];
    return name === undefined ? args : values[name];
  }
  if (Array.isArray(args)) return args.map((inner: unknown) => filledIn(inner, values));
  if (typeof args !== 'object' || args === null) return args;
  const filled = Object.entries(args).map(([key, inner]) => [key, filledIn(inner, values)] as const);
  return Object.fromEntries(filled.filter(([, inner]) => inner !== undefined));
}

/** The parameters that a text names as {name}, and where. */
export function namesInText(text: string): { name: string; at: number }[] {
  return [...text.matchAll(INSIDE)].map((match) => ({ name: match[1] ?? '', at: match.index }));
}

/** A text with the values in it, as people read them; one without a value is what the servers are then given. */
export function textWith(
  text: string,
  parameters: readonly Pick<LoadedParameter<never>, 'name' | 'spec'>[],
  values: ParameterValues,
): string {
  return text.replace(INSIDE, (all, name: string) => {
    const parameter = parameters.find((known) => known.name === name);
    const value = values[name];
    if (!parameter) return all;
    return value === undefined ? `(${parameter.spec.label}: not said)` : showValue(parameter.spec.type, value);
  });
}
