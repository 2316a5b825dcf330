import type { Action } from '../../src/domain/action.ts';
import type { LoadedPlaybook } from '../../src/domain/playbook.ts';
import { riskInShort } from '../../src/domain/playbook-risk.ts';
import type { Shelf } from '../../src/domain/shelf.ts';

type Step = LoadedPlaybook['playbook']['steps'][number];

/** docs/playbooks.md as the loaded playbooks make it. */
export function playbooksPage(playbooks: Shelf<LoadedPlaybook>, actions: Shelf<Action>): string {
  const all = [...playbooks.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  return [
    '# What redis-medic proposes',
    '',
    `${all.length} playbooks. Exact commands, risk, impact and undo are computed from what the servers show at that moment:`,
    '`redis-medic plan <playbook> <target>` prints them and changes nothing. A playbook that would do harm is refused, with',
    'the reason.',
    '',
    ...all.flatMap((loaded) => [...sectionOf(loaded, actions), '']),
  ].join('\n');
}

function sectionOf({ id, playbook }: LoadedPlaybook, actions: Shelf<Action>): string[] {
  const { title, summary, when, unless, steps } = playbook;
  return [
    `## ${id}`,
    '',
    `**${title}.** ${summary}`,
    '',
    `- Answers: ${when.length === 0 ? 'nothing by itself; a person asks for it' : when.map(code).join(', ')}`,
    `- Risk: ${riskInShort(playbook, actions)}`,
    ...(playbook.for ? [`- For: targets whose purpose is ${playbook.for.join(', ')}`] : []),
    ...unless.map(({ guard, because }) => `- Not while ${code(guard)}: ${because}`),
    ...steps.map((step, at) => `${at + 1}. ${stepLine(step, actions)}`),
  ];
}

function stepLine(step: Step, actions: Shelf<Action>): string {
  if ('wait' in step) return `wait until ${code(step.wait.until)}`;
  if ('notify' in step) return `tell: ${step.notify}`;
  if ('manual' in step) return `a person: ${step.manual.instruction}`;
  const sends = actions.get(step.action)?.sends.map((head) => head.join(' ')) ?? [];
  return sends.length === 0 ? step.action : `${step.action} (${sends.map(code).join(', ')})`;
}

function code(text: string): string {
  return `\`${text}\``;
}
