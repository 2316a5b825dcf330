const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

/** A plain word, or one in quotes with escapes as redis-cli knows them. */
const WORD = /"((?:[^"\\]|\\.)*)"(?=\s|$)|([^\s"]\S*)/g;

/** The words of a text as in redis-cli: a word with spaces stands in double quotes. Undefined when a quote is not closed. */
export function splitWords(text: string): string[] | undefined {
  const words = [...text.matchAll(WORD)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, (all, letter: string) => ESCAPES[letter] ?? all),
  );
  return text.replaceAll(WORD, '').trim() === '' ? words : undefined;
}
