import type { MrkdwnElement, PlainTextElement } from '@slack/types';

/** mrkdwn that we wrote ourselves; what came from elsewhere is inside it with its markup defused. */
export interface Markup {
  readonly markup: string;
}

/** Template tag: text and numbers that are put in become plain words; only another Markup keeps its markup. */
export function markup(parts: TemplateStringsArray, ...values: readonly (string | number | Markup)[]): Markup {
  const shown = values.map((value) => (typeof value === 'object' ? value.markup : defuse(String(value))));
  return { markup: String.raw({ raw: parts }, ...shown) };
}

/** Markup for Slack's own date element, in the reader's time zone. `at` is epoch ms. */
export function when(at: number, format = '{date_short_pretty} {time}'): Markup {
  return { markup: `<!date^${Math.floor(at / 1000)}^${format}|${utc(at)}>` };
}

/** The time for those who see no date element: `2026-11-23 05:30 UTC`. */
export function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** Markup that names a person; ids of any other shape are shown as text. */
export function person(id: string): Markup {
  return /^[UW][A-Z0-9]{2,20}$/.test(id) ? { markup: `<@${id}>` } : markup`${id}`;
}

export function mrkdwn(text: Markup, max = 3000): MrkdwnElement {
  return { type: 'mrkdwn', text: clampMarkup(text.markup, max) || ' ', verbatim: true };
}

/** Several pieces with something between them. */
export function joined(pieces: readonly Markup[], between: string): Markup {
  return { markup: pieces.map((piece) => piece.markup).join(between) };
}

/** Text that is never parsed; one line, never empty. */
export function plain(text: string, max: number): PlainTextElement {
  return { type: 'plain_text', text: clamp(visible(text), max) || '—', emoji: false };
}

/** Text as it is, but one line, and with a visible form for characters that would hide or reorder others. */
export function visible(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\t\n\v\f\r\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}]/gu, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}

/** At most `max` UTF-16 units, with an ellipsis when something is missing, never half a character. */
export function clamp(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** The same for markup: an entity or a <…> that would be cut is left out. */
export function clampMarkup(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = clamp(text, max).slice(0, -1);
  return `${cut.replace(/&[a-z]*$/, '').replace(/<[^>]*$/, '')}…`;
}

/** Slack turns `@channel` into a mention where names are linked, and backticks and stars into markup. */
function defuse(text: string): string {
  return visible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('`', '\u02CB')
    .replaceAll('*', '\u2217')
    .replace(/@(?=\w)/g, '@\u2060');
}
