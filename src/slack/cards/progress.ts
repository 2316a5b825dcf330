import type { Proposal } from '../../domain/proposal.ts';
import type { Run, RunStep } from '../../domain/run.ts';
import { duration } from '../../domain/units.ts';
import { button, confirm } from '../blocks/buttons.ts';
import { fitting } from '../blocks/fitting.ts';
import { actions, context, plan, section, type Task } from '../blocks/layout.ts';
import { line, preformatted, rich, text } from '../blocks/rich.ts';
import { clamp, markup } from '../blocks/text.ts';
import { type Card, card, counted, isActive } from './card.ts';

/** How many steps are shown one by one, and how much of an answer. */
const LEVELS: readonly [readonly [number, number], ...(readonly [number, number])[]] = [
  [15, 200],
  [10, 100],
  [6, 40],
];

const STATUS: Readonly<Record<RunStep['state'], Task['status']>> = {
  pending: 'pending',
  started: 'in_progress',
  waiting: 'in_progress',
  done: 'complete',
  late: 'error',
  failed: 'error',
  unknown: 'error',
  skipped: 'pending',
};

/** The steps of a run, ticked off in place, with the check at the end. */
export function progressCard(run: Run, steps: readonly RunStep[], proposal: Proposal): Card {
  const active = isActive(run);
  const title = `${active ? 'Running' : 'Ran'} on ${run.target}: ${proposal.title}`;
  const blocks = fitting(LEVELS, ([count, chars]) => [
    plan(title, [...stepTasks(steps, count, chars), checkTask(run, proposal)]),
    ...(active ? asking(run, steps) : []),
    ...(active ? [cancelling(run)] : []),
  ]);
  return card(markup`${title}`, blocks);
}

/** A window of steps around the one at work; those before and after are counted. */
function stepTasks(steps: readonly RunStep[], count: number, chars: number): Task[] {
  const current = steps.findIndex((step) => step.state !== 'done');
  const last = Math.max(
    count,
    Math.min(steps.length, (current === -1 ? steps.length : current) + Math.ceil(count / 2)),
  );
  const from = Math.max(0, last - count);
  const before = steps.slice(0, from);
  const after = steps.slice(last);
  return [
    ...(before.length > 0
      ? [{ id: 'before', title: `${counted(before.length, 'step')} done`, status: 'complete' } as const]
      : []),
    ...steps.slice(from, last).map((step) => stepTask(step, chars)),
    ...(after.length > 0
      ? [{ id: 'after', title: `${counted(after.length, 'more step')}`, status: 'pending' } as const]
      : []),
  ];
}

function stepTask(step: RunStep, chars: number): Task {
  const note = step.state === 'unknown' || step.state === 'skipped' ? ` (${step.state})` : '';
  const task: Task = {
    id: `step-${step.seq}`,
    title: `${clamp(step.label, chars)}${note}`,
    status: STATUS[step.state],
  };
  return step.reply === null ? task : { ...task, output: rich(preformatted([clamp(step.reply, chars)])) };
}

function checkTask(run: Run, proposal: Proposal): Task {
  const title = `Check that it worked, within ${duration(proposal.settled.withinSeconds)}`;
  if (run.state === 'verifying') return { id: 'check', title, status: 'in_progress' };
  if (run.state !== 'finished') return { id: 'check', title, status: 'pending' };
  const status = run.verdict === 'verified' ? 'complete' : 'error';
  return { id: 'check', title, status, output: rich(line(text(run.verdict ?? 'unknown'))) };
}

/** What a person has to do now, with the button that says it is done. */
function asking(run: Run, steps: readonly RunStep[]) {
  const step = steps.find(({ kind, state }) => kind === 'manual' && state === 'started');
  if (!step) return [];
  const instruction = section(markup`*A person has to do this:* ${clamp(step.label, 1500)}`);
  if (step.reply !== null) return [instruction, context(markup`Said to be done; waiting until the servers show it.`)];
  return [
    instruction,
    actions(button('done', { run: run.id, seq: step.seq }, { label: 'It is done', style: 'primary' })),
  ];
}

function cancelling(run: Run) {
  if (run.cancelRequested) return context(markup`Cancel was asked for: it stops before the next command.`);
  const sure = confirm(
    'Stop this run?',
    'It stops before its next command. What was sent stays sent.',
    'Stop it',
    'Let it run',
  );
  return actions(button('cancel', { run: run.id }, { label: 'Cancel', style: 'danger', confirm: sure }));
}
