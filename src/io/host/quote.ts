/** A word that a shell takes as it is, whatever stands in it. */
export function quote(word: string): string {
  if (word.includes('\0')) throw new Error('No shell can be given a word with a NUL in it.');
  return `'${word.replaceAll("'", "'\\''")}'`;
}
