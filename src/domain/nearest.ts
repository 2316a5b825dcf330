/** The known word closest to what was typed, when it is close enough to be a slip of the fingers. */
export function nearest(typed: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let distance = Math.max(2, Math.floor(typed.length / 3)) + 1;
  for (const word of known) {
    const apart = edits(typed.toLowerCase(), word.toLowerCase());
    if (apart < distance) {
      best = word;
      distance = apart;
    }
  }
  return best;
}

/** Levenshtein distance. */
function edits(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [i, a] of [...one].entries()) {
    const next = [i + 1];
    for (const [j, b] of [...other].entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (a === b ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
