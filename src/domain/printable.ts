/** Control characters move cursors, format characters hide or turn the reading direction around, separators break lines. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu;

/** Text of others on one line for a log, a report or a terminal: no control or direction characters, and not longer than `longest`. */
export function printable(text: string, longest = 300): string {
  const line = text.replace(UNPRINTABLE, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
