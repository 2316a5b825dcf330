/** When a target is sampled: at a moment of its own within the interval, so that targets do not all fire together. */
export function phaseOf(name: string, everyMs: number): number {
  return hash(name) % everyMs;
}

/** The moment of a target that lies in the window; undefined when none does. Windows that adjoin share none. */
export function dueWithin(slot: number, lengthMs: number, name: string, everyMs: number): number | undefined {
  const phase = phaseOf(name, everyMs);
  const due = Math.ceil((slot - phase) / everyMs) * everyMs + phase;
  return due < slot + lengthMs ? due : undefined;
}

/** FNV-1a: the same in every process. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const char of text) value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
}
