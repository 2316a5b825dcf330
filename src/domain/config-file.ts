/** One line of a configuration file after its name, as words. */
export type Directive = readonly string[];

/** Old names that every version still takes. */
const RENAMED: Readonly<Record<string, string>> = {
  'slave-read-only': 'replica-read-only',
  'slave-serve-stale-data': 'replica-serve-stale-data',
  'slave-priority': 'replica-priority',
  'min-slaves-to-write': 'min-replicas-to-write',
  'min-slaves-max-lag': 'min-replicas-max-lag',
};

/** The lines of redis.conf by parameter. What an `include` may overrule, as the last word counts, is left out. */
export function directivesOf(text: string): Map<string, Directive[]> {
  const found = new Map<string, Directive[]>();
  for (const line of text.split('\n')) {
    const [first, ...words] = wordsOf(line.trim());
    if (first === undefined || first.startsWith('#')) continue;
    const lower = first.toLowerCase();
    if (lower === 'include') {
      found.clear();
      continue;
    }
    const name = RENAMED[lower] ?? lower;
    found.set(name, [...(found.get(name) ?? []), words]);
  }
  return found;
}

/** Words of a line, of which some may be in quotes. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"((?:\\.|[^"\\])*)"|'((?:\\'|[^'])*)'|(\S+)/g)].map(
    ([, double, single, plain]) => double?.replace(/\\(.)/g, '$1') ?? single?.replaceAll("\\'", "'") ?? plain ?? '',
  );
}
