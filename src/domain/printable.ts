// C0, DEL and C1 move cursors and break lines; the others are invisible or turn the reading direction around.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+/g;

/** Text of others on one line for a log, a report or a terminal: no control or direction characters, and not longer than `longest`. */
export function printable(text: string, longest = 300): string {
  const line = text.replace(UNPRINTABLE, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
