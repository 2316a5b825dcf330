/** The fields of an INFO reply. A field that the version lacks is missing, never zero. */
export class Info {
  readonly #fields: ReadonlyMap<string, string>;

  constructor(fields: ReadonlyMap<string, string>) {
    this.#fields = fields;
  }

  text(field: string): string | undefined {
    return this.#fields.get(field);
  }

  /** Undefined when the field is missing or not a finite number. */
  number(field: string): number | undefined {
    const text = this.#fields.get(field);
    if (text === undefined || text === '') return undefined;
    const value = Number(text.endsWith('%') ? text.slice(0, -1) : text);
    return Number.isFinite(value) ? value : undefined;
  }

  /** Fields whose name starts with the prefix, with the prefix cut: `cmdstat_` -> [get, calls=1,…]. */
  *withPrefix(prefix: string): Generator<[rest: string, value: string]> {
    for (const [name, value] of this.#fields) {
      if (name.startsWith(prefix)) yield [name.slice(prefix.length), value];
    }
  }

  /** The fields of a value such as `ip=10.0.0.2,port=6379,state=online`. */
  static parts(value: string): Map<string, string> {
    const parts = new Map<string, string>();
    for (const part of value.split(',')) {
      const at = part.indexOf('=');
      if (at > 0) parts.set(part.slice(0, at), part.slice(at + 1));
    }
    return parts;
  }
}

/** Every probe of INFO reads the same two texts, now and before. */
const REMEMBERED = 2;
const remembered: { text: string; info: Info }[] = [];

/** Reads the text of INFO; lines that are neither `name:value` nor a heading are skipped. */
export function parseInfo(text: string): Info {
  const known = remembered.find((one) => one.text === text);
  if (known) return known.info;
  const info = read(text);
  remembered.unshift({ text, info });
  remembered.length = Math.min(remembered.length, REMEMBERED);
  return info;
}

function read(text: string): Info {
  const fields = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    if (line === '' || line.startsWith('#')) continue;
    const at = line.indexOf(':');
    if (at > 0) fields.set(line.slice(0, at), line.slice(at + 1));
  }
  return new Info(fields);
}
