import type { Command } from './command.ts';
import { blankNamed, type HostFacts } from './host-blanks.ts';
import { AS_OWNER, AS_ROOT } from './host-command.ts';

/** What sudo must let through for a template: as whom, and a pattern of its own kind for the words. Nothing where a fact is not known. */
export function sudoPatterns(template: Command, facts: Partial<HostFacts>): { as: string; pattern: string }[] {
  const blanks = [...new Set(template.flatMap((word) => word.match(/\{[a-z_]+\}/g) ?? []))];
  const lines = blanks.reduce<string[][]>(
    (some, blank) =>
      some.flatMap((line) =>
        blankNamed(blank.slice(1, -1))
          .shapes(facts)
          .map((shape) => line.map((word) => word.replaceAll(blank, () => shape))),
      ),
    [[...template]],
  );
  return lines.map((line) => {
    const owner = line[AS_ROOT.length] === '-u' ? line[AS_ROOT.length + 1] : undefined;
    const [program = '', ...words] = line.slice(owner === undefined ? AS_ROOT.length : AS_OWNER.length);
    return { as: owner ?? 'root', pattern: [program, ...words.map(forSudo)].join(' ') };
  });
}

/** Characters that sudoers gives a meaning to. Brackets are left: they are the patterns. */
function forSudo(word: string): string {
  return word.replace(/[\\,:=]/g, String.raw`\$&`);
}
