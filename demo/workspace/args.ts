import { isJson, type Json } from './model.ts';
import { ApiRefusal } from './refusal.ts';

/** The arguments of a Web API call, from a form (objects are JSON text there) or from JSON. */
export class Args {
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(values: Iterable<[string, unknown]>) {
    this.#values = new Map(values);
  }

  text(name: string): string | undefined {
    const value = this.#values.get(name);
    if (value === undefined || value === null || value === '') return undefined;
    return typeof value === 'string' ? value : JSON.stringify(value);
  }

  /** Answers `invalid_arguments` when it is missing, as the methods of Slack do that document nothing better. */
  required(name: string): string {
    const value = this.text(name);
    if (value !== undefined) return value;
    const messages = [`[ERROR] missing required field: ${name}`];
    throw new ApiRefusal('invalid_arguments', { response_metadata: { messages } });
  }

  flag(name: string): boolean {
    return ['true', '1'].includes(this.text(name) ?? '');
  }

  number(name: string): number | undefined {
    const value = Number(this.text(name) ?? Number.NaN);
    return Number.isFinite(value) ? value : undefined;
  }

  /** Undefined when absent; throws the given refusal when it is not a JSON object. */
  object(name: string, otherwise: ApiRefusal): Json | undefined {
    const value = this.#parsed(name, otherwise);
    if (value === undefined || isJson(value)) return value;
    throw otherwise;
  }

  /** Undefined when absent; throws the given refusal when it is not an array of JSON objects. */
  objects(name: string, otherwise: ApiRefusal): Json[] | undefined {
    const value = this.#parsed(name, otherwise);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.every(isJson)) return value;
    throw otherwise;
  }

  #parsed(name: string, otherwise: ApiRefusal): unknown {
    const value = this.#values.get(name);
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value);
    } catch {
      throw otherwise;
    }
  }
}

/** Reads a request body by its content type; undefined when it is JSON that does not parse. */
export function readArgs(contentType: string, body: string, query: URLSearchParams): Args | undefined {
  if (!contentType.includes('json')) return new Args([...query, ...new URLSearchParams(body)]);
  try {
    const value: unknown = JSON.parse(body === '' ? '{}' : body);
    return isJson(value) ? new Args([...query, ...Object.entries(value)]) : undefined;
  } catch {
    return undefined;
  }
}
