import { z } from 'zod';
import { parseDuration, parseSize } from './quantity.ts';
import { bytes, duration } from './units.ts';

/** `size` is bytes, `duration` seconds, `node` the name of a server of the target: `10.0.0.1:6379`. */
export const PARAMETER_TYPES = ['integer', 'number', 'size', 'duration', 'text', 'choice', 'boolean', 'node'] as const;
export type ParameterType = (typeof PARAMETER_TYPES)[number];

/** A value that was checked: a number in the unit of its type, a text, or yes and no. */
export const ParameterValue = z.union([z.number(), z.string(), z.boolean()]);
export type ParameterValue = z.infer<typeof ParameterValue>;

/** Values by name; what has none is left to the action. */
export type ParameterValues = Readonly<Record<string, ParameterValue>>;

/** Names that can stand in a text as {name} and in an argument as $name. */
export const PARAMETER_NAME = /^[a-z][a-z0-9_]{0,30}$/;

const Written = z.union([z.number(), z.string().min(1).max(300), z.boolean()], 'expected a value or an expression');

/** A parameter as a person writes it below `parameters`. */
export const Parameter = z.strictObject({
  type: z.enum(PARAMETER_TYPES),
  label: z.string().min(2).max(75),
  help: z.string().min(5).max(150).optional(),
  /** What is proposed: a value, or an expression over the readings of the node. */
  default: Written.optional(),
  /** The least and the most that a person may choose, in the same way. */
  min: Written.optional(),
  max: Written.optional(),
  /** Of a choice: what can be chosen. */
  values: z.array(z.string().min(1).max(75)).min(1).max(100).optional(),
  /** Of a text: what all of it must look like. */
  pattern: z.string().min(1).max(100).optional(),
});
export type Parameter = z.infer<typeof Parameter>;

/** A value of the playbook that may depend on the node; throws NotAnswered when a reading that it names was not taken. */
export interface Computed<N> {
  /** As it is written in the playbook. */
  text: string;
  /** Known without looking at a server. */
  literal?: ParameterValue;
  of(node: N): ParameterValue;
}

/** A parameter whose default and bounds were checked when the playbook was loaded. */
export interface LoadedParameter<N> {
  name: string;
  spec: Parameter;
  /** Undefined: a person says it, or the action computes it. */
  default?: Computed<N>;
  min?: Computed<N>;
  max?: Computed<N>;
  pattern?: RegExp;
  /** Neither a default nor the action fills it in. */
  required: boolean;
}

export function isNumeric(type: ParameterType): boolean {
  return type === 'integer' || type === 'number' || type === 'size' || type === 'duration';
}

/** As much as an input of Slack takes: some hundred names of keys. */
export const LONGEST_TEXT = 3000;
const LONGEST_NAME = 200;

const EXPECTED: Readonly<Record<ParameterType, string>> = {
  integer: 'a whole number',
  number: 'a number',
  size: 'a size such as 512mb or 4gb',
  duration: 'a duration such as 500ms, 30s, 10m or 1h',
  text: `a text of ${LONGEST_TEXT} characters at most`,
  choice: 'one of the values',
  boolean: 'yes or no',
  node: 'a server as host:port',
};

/** What a person typed, as a value; or what they should have typed. */
export function readValue(type: ParameterType, typed: string): { value: ParameterValue } | { wrong: string } {
  const value = parse(type, typed.trim());
  return value === undefined ? { wrong: `expected ${EXPECTED[type]}` } : { value };
}

function parse(type: ParameterType, text: string): ParameterValue | undefined {
  if (text === '') return undefined;
  switch (type) {
    case 'integer':
      return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
    case 'number':
      return /^-?\d{1,15}(\.\d{1,9})?$/.test(text) ? Number(text) : undefined;
    case 'size':
      return parseSize(text);
    case 'duration': {
      const ms = parseDuration(text);
      return ms === undefined ? undefined : ms / 1000;
    }
    case 'boolean':
      return { yes: true, true: true, no: false, false: false }[text.toLowerCase()];
    case 'text':
      // One name a line is how people paste them.
      return plainUpTo(LONGEST_TEXT, text.replace(/\s*[\r\n]\s*/g, ' '));
    case 'choice':
    case 'node':
      return plainUpTo(LONGEST_NAME, text);
  }
}

function plainUpTo(most: number, text: string): string | undefined {
  return text.length > most || /[\p{Cc}\p{Cf}]/u.test(text) ? undefined : text;
}

/** A value as its type wants it: YAML writes `4gb` as text and `10` as a number. Undefined when it is none. */
export function fromFile(type: ParameterType, written: ParameterValue): ParameterValue | undefined {
  if (typeof written === 'string') return parse(type, written.trim());
  if (typeof written === 'boolean') return type === 'boolean' ? written : undefined;
  if (!Number.isFinite(written) || !isNumeric(type)) return undefined;
  const whole = type === 'integer' || type === 'size';
  return whole && !Number.isInteger(written) ? undefined : written;
}

const SIZES = [
  ['tb', 1024 ** 4],
  ['gb', 1024 ** 3],
  ['mb', 1024 ** 2],
  ['kb', 1024],
] as const;
const TIMES = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
] as const;

/** A value as a person types it, read back as the same value: `1536mb`, `90s`, `yes`. */
export function writeValue(type: ParameterType, value: ParameterValue): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return value;
  const units = type === 'size' ? SIZES : type === 'duration' ? TIMES : [];
  const [unit, factor] = units.find(([, each]) => value > 0 && value % each === 0) ?? ['', 1];
  if (unit !== '') return `${value / factor}${unit}`;
  if (type === 'duration') return Number.isInteger(value) ? `${value}s` : `${Math.round(value * 1000)}ms`;
  return String(value);
}

/** The same for reading: `1.5 GiB`, `10 min`. */
export function showValue(type: ParameterType, value: ParameterValue): string {
  if (typeof value !== 'number') return writeValue(type, value);
  if (type === 'size') return bytes(value);
  return type === 'duration' ? duration(value) : String(value);
}
