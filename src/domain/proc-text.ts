/** Texts of /proc and /sys as Linux writes them. */

/** `name: value` or `name value` on each line, the value with what follows it. */
export function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^([^\s:]+):?\s+(.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) fields.set(name, value.trim());
  }
  return fields;
}

/** A whole number; undefined when there is none. */
export function wholeNumber(text: string | undefined): number | undefined {
  const digits = text === undefined ? undefined : /^\s*(-?\d+)\s*$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** `1234 kB` in bytes. */
export function kilobytes(text: string | undefined): number | undefined {
  const digits = text === undefined ? undefined : /^(\d+) kB$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits) * 1024;
}

/** The choice in brackets: `always [madvise] never`. */
export function chosen(text: string | undefined): string | undefined {
  return text === undefined ? undefined : /\[([a-z+_-]+)\]/.exec(text)?.[1];
}

/** How many there are in a list such as `0-3,8`. */
export function countOf(list: string | undefined): number | undefined {
  const text = list?.trim();
  if (text === undefined || !/^\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*$/.test(text)) return undefined;
  return text.split(',').reduce((sum, range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return sum + last - first + 1;
  }, 0);
}

/** /proc/PID/stat counts in ticks of 1/100 s on every Linux that we know of. */
const TICKS = 100;

export interface ProcessStat {
  name: string;
  /** Seconds between the start of the machine and that of the process. */
  startedAt: number;
}

/** The name of a process may hold spaces and brackets, so what follows it is counted from the last bracket. */
export function processStat(text: string): ProcessStat | undefined {
  const from = text.indexOf('(');
  const to = text.lastIndexOf(')');
  const started = wholeNumber(text.slice(to + 2).split(' ')[19]);
  if (from < 0 || to < from || started === undefined) return undefined;
  return { name: text.slice(from + 1, to), startedAt: started / TICKS };
}
