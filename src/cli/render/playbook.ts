import type { Action } from '../../domain/action.ts';
import { printCommand } from '../../domain/command.ts';
import type { LoadedParameter } from '../../domain/parameter.ts';
import { RISK_WORDS } from '../../domain/plan-words.ts';
import type { LoadedPlaybook } from '../../domain/playbook.ts';
import { riskInShort, risksOf } from '../../domain/playbook-risk.ts';
import { serverNames } from '../../domain/rehearsal.ts';
import type { Shelf } from '../../domain/shelf.ts';
import { duration } from '../../domain/units.ts';
import { columns, indent, type Page, wrap } from './layout.ts';

/** One line a playbook: id, title, risk, what it can send, what it answers. */
export function renderPlaybookList(playbooks: Iterable<LoadedPlaybook>, actions: Shelf<Action>): string {
  const rows = [...playbooks].map(({ id, own, playbook }) => [
    id,
    `${playbook.title}${own ? ' (yours)' : ''}`,
    riskInShort(playbook, actions),
    sendsOf(playbook, actions).join(', ') || 'nothing',
    playbook.when.join(' '),
  ]);
  return `${columns([['PLAYBOOK', 'TITLE', 'RISK', 'SENDS', 'ANSWERS'], ...rows]).join('\n')}\n`;
}

/** The same for programs. */
export function playbookJson({ id, own, file, playbook }: LoadedPlaybook, actions: Shelf<Action>): object {
  const { title, when, for: purposes } = playbook;
  const parameters = Object.entries(playbook.parameters).map(([name, { type, label }]) => ({ name, type, label }));
  return {
    id,
    title,
    own,
    file,
    when,
    ...(purposes && { for: purposes }),
    risks: risksOf(playbook, actions),
    sends: sendsOf(playbook, actions),
    parameters,
  };
}

/** The heads of the commands that its actions may send: `CONFIG SET`. */
function sendsOf({ steps }: LoadedPlaybook['playbook'], actions: Shelf<Action>): string[] {
  const heads = steps.flatMap((step) => ('action' in step ? (actions.get(step.action)?.sends ?? []) : []));
  return [...new Set(heads.map((head) => head.join(' ')))];
}

/** Everything that a playbook says, in the order in which it matters to an approver. */
export function renderPlaybook(loaded: LoadedPlaybook, actions: Shelf<Action>, page: Page): string {
  const { id, file, playbook } = loaded;
  const { paint, width } = page;
  const { settled } = playbook;
  const risks = risksOf(playbook, actions).map((risk) => RISK_WORDS[risk]);
  const sections = [
    [`${paint('bold', id)}: ${playbook.title}`, ...indent(2, wrap(playbook.summary, width - 2)), `  ${file}`],
    ['Answers:', ...indent(2, playbook.when)],
    playbook.for ? [`Only for targets that are declared as ${playbook.for.join(', ')}, or not declared.`] : [],
    playbook.unless.length === 0
      ? []
      : ['Not offered while:', ...playbook.unless.flatMap(({ guard, because }) => [`  ${guard}`, `    ${because}`])],
    loaded.parameters.length === 0
      ? []
      : ['Parameters (--set name=value):', ...indent(2, loaded.parameters.flatMap(parameterLines))],
    ['Steps:', ...playbook.steps.flatMap((step, at) => indent(2, stepLines(step, at + 1, actions, width)))],
    ['Risk:', ...indent(2, risks.length === 0 ? ['nothing is sent: people do it by hand'] : risks)],
    [
      'Commands, undo and which risk it is are told by the plan, as they depend on what the servers show:',
      `  npx redis-medic plan ${id} <target>`,
    ],
    [
      `Counts as repaired when, for ${duration(settled.within_s)}:`,
      ...indent(2, settled.clear?.map((rule) => `${rule} is gone`) ?? ['what was found is gone']),
      ...indent(2, settled.hold),
    ],
    playbook.rehearse
      ? [`Rehearsed on ${serverNames(playbook.rehearse).join(', ')}: npx redis-medic playbooks test ${id}`]
      : ['It has no rehearsal.'],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function parameterLines({ name, spec, required, ...bounds }: LoadedParameter<never>): string[] {
  const facts = [
    spec.type,
    ...(bounds.default
      ? [`default ${bounds.default.text}`]
      : [required ? 'must be given' : 'default: the action computes it']),
    ...(bounds.min ? [`at least ${bounds.min.text}`] : []),
    ...(bounds.max ? [`at most ${bounds.max.text}`] : []),
    ...(spec.values ? [spec.values.join(' | ')] : []),
    ...(spec.pattern === undefined ? [] : [`like ${spec.pattern}`]),
  ];
  return [`${name}: ${spec.label} (${facts.join(', ')})`, ...(spec.help === undefined ? [] : [`  ${spec.help}`])];
}

function stepLines(
  step: LoadedPlaybook['playbook']['steps'][number],
  number: number,
  actions: Shelf<Action>,
  width: number,
): string[] {
  if ('wait' in step) {
    return [`${number}. wait until ${step.wait.until}, at most ${duration(step.wait.timeout_s)}`];
  }
  if ('notify' in step) return wrapped(`${number}. tell in the thread: ${step.notify}`, width);
  if ('manual' in step) {
    const { instruction, ask, until, timeout_s } = step.manual;
    return [
      ...wrapped(`${number}. a person does this, within ${duration(timeout_s)}: ${instruction}`, width),
      ...(ask === undefined ? [] : [`   and is asked: ${ask}`]),
      ...(until === undefined ? [] : [`   it goes on when ${until}`]),
    ];
  }
  const sends = (actions.get(step.action)?.sends ?? []).map((head) => printCommand(head)).join(', ');
  const args = Object.entries(step.with).map(([key, value]) => `${key}: ${plain(value)}`);
  return [
    `${number}. ${step.action}${args.length === 0 ? '' : ` with ${args.join(', ')}`} (sends ${sends || 'nothing'})`,
  ];
}

function wrapped(text: string, width: number): string[] {
  const [first = '', ...rest] = wrap(text, width - 5);
  return [first, ...indent(3, rest)];
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
