import type {
  ActionsBlock,
  AlertBlock,
  Button,
  ContextBlock,
  DividerBlock,
  HeaderBlock,
  InputBlock,
  PlanBlock,
  RichTextBlock,
  SectionBlock,
  TableBlock,
  TaskCardBlock,
} from '@slack/types';
import { LIMITS } from './limits.ts';
import { clamp, type Markup, mrkdwn, plain, visible } from './text.ts';

export function header(text: string): HeaderBlock {
  return { type: 'header', text: plain(text, LIMITS.header) };
}

export function divider(): DividerBlock {
  return { type: 'divider' };
}

export function section(text: Markup, accessory?: Button): SectionBlock {
  return { type: 'section', text: mrkdwn(text), ...(accessory && { accessory }) };
}

/** Two columns of short facts. */
export function fields(...facts: Markup[]): SectionBlock {
  return { type: 'section', fields: facts.slice(0, LIMITS.fields).map((fact) => mrkdwn(fact, 600)) };
}

export function context(text: Markup): ContextBlock {
  return { type: 'context', elements: [mrkdwn(text, 1000)] };
}

export function actions(...buttons: Button[]): ActionsBlock {
  return { type: 'actions', elements: buttons };
}

/** A box of its own colour at the top of a modal; Slack shows it nowhere else. */
export function alert(level: 'info' | 'warning' | 'error', text: string): AlertBlock {
  return { type: 'alert', level, text: plain(text, LIMITS.alertText) };
}

/** Cells are raw text: no markup in them. The first row is the heading. */
export function table(rows: readonly (readonly string[])[], cellMax = 200): TableBlock {
  return {
    type: 'table',
    column_settings: (rows[0] ?? []).map(() => ({ is_wrapped: true })),
    rows: rows.map((row) => row.map((cell) => ({ type: 'raw_text', text: clamp(visible(cell), cellMax) || '—' }))),
  };
}

export interface Task {
  id: string;
  title: string;
  status: TaskCardBlock['status'];
  output?: RichTextBlock;
}

/** Steps that are ticked off in place. */
export function plan(title: string, tasks: readonly Task[]): PlanBlock {
  return {
    type: 'plan',
    title: clamp(visible(title), 200),
    tasks: tasks.map((task) => ({
      type: 'task_card',
      task_id: task.id,
      title: clamp(visible(task.title), 250) || '—',
      status: task.status,
      ...(task.output && { output: task.output }),
    })),
  };
}

export interface Question {
  /** Names the block and the input in it. */
  id: string;
  label: string;
  hint?: string;
  multiline?: boolean;
  maxLength: number;
  /** What stands there before anybody types. */
  initial?: string | null;
  optional?: boolean;
}

/** One line or paragraph that a person fills in. */
export function question(ask: Question): InputBlock {
  return {
    type: 'input',
    block_id: ask.id,
    label: plain(ask.label, 200),
    ...(ask.hint !== undefined && { hint: plain(ask.hint, 300) }),
    ...(ask.optional && { optional: true }),
    element: {
      type: 'plain_text_input',
      action_id: ask.id,
      multiline: ask.multiline ?? false,
      max_length: ask.maxLength,
      ...(ask.initial && { initial_value: clamp(visible(ask.initial), ask.maxLength) }),
    },
  };
}

export type Choice = Pick<Question, 'id' | 'label' | 'hint' | 'initial' | 'optional'> & { values: readonly string[] };

/** One of some values, from a menu. */
export function choice(ask: Choice): InputBlock {
  const optionOf = (value: string) => ({ text: plain(value, LIMITS.optionText), value });
  return {
    type: 'input',
    block_id: ask.id,
    label: plain(ask.label, 200),
    ...(ask.hint !== undefined && { hint: plain(ask.hint, 300) }),
    ...(ask.optional && { optional: true }),
    element: {
      type: 'static_select',
      action_id: ask.id,
      options: ask.values.map(optionOf),
      ...(ask.initial && ask.values.includes(ask.initial) && { initial_option: optionOf(ask.initial) }),
    },
  };
}
