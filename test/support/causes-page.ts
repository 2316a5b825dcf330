import type { Rule } from '../../src/domain/rule.ts';
import type { Shelf } from '../../src/domain/shelf.ts';

const HEAD = `# What explains what

A report puts causes over symptoms: of the faults that are found together, each stands under the one next to it, and the
root is the headline. Below are the faults that may be why of others, with these; in brackets what would give a cause
away, which is told where two of them compete for one symptom. A finding that accounts for more in a special case, such as
a command that fills a core, says so then.
`;

/** docs/causes.md as the loaded rules make it. */
export function causesPage(rules: Shelf<Rule>): string {
  const causes = [...rules]
    .filter(([, { explains }]) => explains.length > 0)
    .toSorted(([one], [other]) => one.localeCompare(other));
  const lines = causes.map(([id, { explains, tells }]) => {
    const symptoms = explains.toSorted().join(', ');
    return `- **${id}**: ${symptoms}${tells === undefined ? '' : ` [${tells}]`}`;
  });
  return `${HEAD}\n${lines.join('\n')}\n`;
}
