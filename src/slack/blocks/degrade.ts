import type { KnownBlock } from '@slack/types';
import { LIMITS } from './limits.ts';
import { isJson, type Json } from './lint-walk.ts';
import { clampMarkup, type Markup, markup, mrkdwn } from './text.ts';

/** The same message in blocks that every Slack has taken for years: section, context, actions, header, divider. */
export function classic(blocks: readonly object[]): KnownBlock[] {
  const plainer = blocks.flatMap((block): KnownBlock[] => (isJson(block) ? classicBlock(block) : []));
  return plainer.slice(0, LIMITS.messageBlocks);
}

const KEPT = ['header', 'section', 'context', 'divider', 'actions'];

function classicBlock(block: Json): KnownBlock[] {
  if (KEPT.includes(String(block.type))) return [block as object as KnownBlock];
  const text = block.type === 'plan' ? planText(block) : block.type === 'table' ? tableText(block) : richText(block);
  return text.markup.trim() === ''
    ? []
    : [{ type: 'section', text: mrkdwn({ markup: clampMarkup(text.markup, 1500) }) }];
}

const MARKS: Readonly<Record<string, string>> = { pending: '▫️', in_progress: '🔄', complete: '☑️', error: '❌' };

function planText(block: Json): Markup {
  const tasks = list(block.tasks).map(
    (task) => markup`\n${MARKS[String(task.status)] ?? ''} ${String(task.title)}`.markup,
  );
  return { markup: markup`*${String(block.title)}*`.markup + tasks.join('') };
}

function tableText(block: Json): Markup {
  const rows = Array.isArray(block.rows) ? block.rows.map(list) : [];
  return { markup: rows.map((row) => row.map((cell) => markup`${words(cell)}`.markup).join(' · ')).join('\n') };
}

function richText(block: Json): Markup {
  return { markup: list(block.elements).map(part).join('\n') };
}

function part(element: Json): string {
  const inner = list(element.elements);
  if (element.type === 'rich_text_list') {
    const deep = '    '.repeat(Number(element.indent ?? 0));
    return inner.map((item) => `${deep}• ${part(item)}`).join('\n');
  }
  if (element.type === 'rich_text_preformatted') {
    const text = inner.map(words).join('').split('\n');
    return `\`\`\`${text.map((line) => markup`${line}`.markup).join('\n')}\`\`\``;
  }
  return inner
    .map((leaf) => (leaf.type === 'user' ? `<@${String(leaf.user_id)}>` : markup`${words(leaf)}`.markup))
    .join('');
}

function words(leaf: Json): string {
  const shown = leaf.type === 'date' ? leaf.fallback : (leaf.text ?? leaf.value);
  return typeof shown === 'string' || typeof shown === 'number' ? String(shown) : '';
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}
