import type {
  RichTextBlock,
  RichTextBlockElement,
  RichTextElement,
  RichTextList,
  RichTextPreformatted,
  RichTextSection,
} from '@slack/types';
import { clamp, utc, visible } from './text.ts';

/** Rich text is never parsed for markup or mentions: the place for text that others wrote. */
export function rich(...elements: RichTextBlockElement[]): RichTextBlock {
  return { type: 'rich_text', elements };
}

export function line(...elements: RichTextElement[]): RichTextSection {
  return { type: 'rich_text_section', elements };
}

export function bullets(...items: RichTextSection[]): RichTextList {
  return { type: 'rich_text_list', style: 'bullet', elements: items };
}

/** Items below items; Slack takes up to 8 levels, and one list for each step in or out. */
export function nested(items: readonly { depth: number; item: RichTextSection }[]): RichTextList[] {
  const lists: RichTextList[] = [];
  for (const { depth, item } of items) {
    const indent = Math.min(depth, 8);
    const last = lists.at(-1);
    if (last?.indent === indent) last.elements.push(item);
    else lists.push({ ...bullets(item), indent });
  }
  return lists;
}

/** Lines in a fixed-width box. */
export function preformatted(lines: readonly string[]): RichTextPreformatted {
  return { type: 'rich_text_preformatted', elements: [{ type: 'text', text: lines.map(visible).join('\n') || ' ' }] };
}

export function text(words: string, max = 1000): RichTextElement {
  return { type: 'text', text: clamp(visible(words), max) || ' ' };
}

export function bold(words: string, max = 1000): RichTextElement {
  return { type: 'text', text: clamp(visible(words), max) || ' ', style: { bold: true } };
}

export function code(words: string, max = 300): RichTextElement {
  return { type: 'text', text: clamp(visible(words), max) || ' ', style: { code: true } };
}

/** A moment in the reader's time zone; `at` is epoch ms. */
export function date(at: number, format = '{date_short_pretty} {time}'): RichTextElement {
  return { type: 'date', timestamp: Math.floor(at / 1000), format, fallback: utc(at) };
}

/** Names a person; ids of any other shape are shown as text. */
export function user(id: string): RichTextElement {
  return /^[UW][A-Z0-9]{2,20}$/.test(id) ? { type: 'user', user_id: id } : text(id, 80);
}
