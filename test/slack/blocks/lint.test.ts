import { expect, test } from 'vitest';
import { lintHome, lintMessage, lintModal, lintView } from '../../../src/slack/blocks/lint.ts';

const plain = (text: string) => ({ type: 'plain_text', text });
const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
const button = (more: object) => ({ type: 'button', text: plain('Go'), action_id: 'a', ...more });
const actions = (...elements: object[]) => ({ type: 'actions', elements });
const cell = { type: 'raw_text', text: 'x' };
const table = (rows: number, columns = 1) => ({
  type: 'table',
  rows: Array.from({ length: rows }, () => Array.from({ length: columns }, () => cell)),
});
const rich = (...leaves: object[]) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: leaves }],
});

test.each([
  ['a header of 150', [{ type: 'header', text: plain('x'.repeat(150)) }]],
  ['a section of 3000', [section('x'.repeat(3000))]],
  ['50 blocks', Array.from({ length: 50 }, () => ({ type: 'divider' }))],
  ['25 buttons', [actions(...Array.from({ length: 25 }, (_, at) => button({ action_id: `a${at}` })))]],
  ['a value of 2000', [actions(button({ value: 'x'.repeat(2000) }))]],
  ['a table of 100 x 1', [table(100)]],
  ['rich text with a date', [rich({ type: 'date', timestamp: 1, format: '{ago}', fallback: 'then' })]],
])('%s passes', (_, blocks) => expect(lintMessage(blocks)).toEqual([]));

test.each([
  ['a header of 151', [{ type: 'header', text: plain('x'.repeat(151)) }], '/blocks/0/text/text'],
  ['an empty header', [{ type: 'header', text: plain('') }], '/blocks/0/text/text'],
  ['mrkdwn in a header', [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }], '/blocks/0/text/type'],
  ['a section of 3001', [section('x'.repeat(3001))], '/blocks/0/text/text'],
  ['a section without anything', [{ type: 'section' }], '/blocks/0'],
  ['a misspelt key', [{ ...section('x'), txet: 1 }], '/blocks/0/txet'],
  ['51 blocks', Array.from({ length: 51 }, () => ({ type: 'divider' })), '/blocks'],
  ['26 buttons', [actions(...Array.from({ length: 26 }, (_, at) => button({ action_id: `a${at}` })))], '/elements'],
  ['a value of 2001', [actions(button({ value: 'x'.repeat(2001) }))], '/blocks/0/elements/0/value'],
  ['a button text of 76', [actions(button({ text: plain('x'.repeat(76)) }))], '/blocks/0/elements/0/text/text'],
  ['a style that is not one', [actions(button({ style: 'warning' }))], '/blocks/0/elements/0/style'],
  ['one action id twice', [actions(button({}), button({}))], '/blocks/0/elements/1/action_id'],
  [
    'one block id twice',
    [
      { ...section('x'), block_id: 'b' },
      { ...section('x'), block_id: 'b' },
    ],
    '/blocks/1/block_id',
  ],
  ['an unknown type', [{ type: 'constructor' }], '/blocks/0/type'],
  ['an alert in a message', [{ type: 'alert', text: plain('x') }], '/blocks/0/type'],
  ['two tables', [table(2), table(2)], '/blocks'],
  ['101 rows', [table(101)], '/blocks/0/rows'],
  ['21 columns', [table(1, 21)], '/blocks/0/rows/0'],
  ['an empty text leaf', [rich({ type: 'text', text: '' })], '/blocks/0/elements/0/elements/0/text'],
  ['a broadcast', [rich({ type: 'broadcast', range: 'channel' })], '/blocks/0/elements/0/elements/0/type'],
  ['a completed task', [{ type: 'task_card', task_id: '1', title: 'x', status: 'completed' }], '/blocks/0/status'],
  [
    'more than the budget',
    [section('x'.repeat(3000)), ...Array.from({ length: 3 }, () => section('y'.repeat(3000)))],
    '/blocks',
  ],
])('%s is refused at its place', (_, blocks, at) => {
  const problems = lintMessage(blocks);
  expect(problems.length).toBeGreaterThan(0);
  expect(problems[0]).toContain(`${at}]`.replace(/^\/elements\]/, '/blocks/0/elements]'));
});

test('a modal takes an alert and refuses a table; a home tab refuses both', () => {
  const alert = { type: 'alert', text: plain('careful'), level: 'warning' };
  expect(lintModal([alert])).toEqual([]);
  expect(lintModal([table(2)])).toHaveLength(1);
  expect(lintHome([alert, table(2)])).toHaveLength(2);
});

test('a view with an input needs a submit button and short titles', () => {
  const input = { type: 'input', label: plain('Why'), element: { type: 'plain_text_input', action_id: 'why' } };
  const view = { type: 'modal', title: plain('Deny'), submit: plain('Deny'), blocks: [input] };
  expect(lintView(view)).toEqual([]);
  expect(lintView({ ...view, submit: undefined })[0]).toContain('/view/submit]');
  expect(lintView({ ...view, title: plain('x'.repeat(25)) })[0]).toContain('/view/title/text]');
  expect(lintView({ ...view, type: 'other' })).toHaveLength(1);
});

test.each([undefined, null, 'x', 3, {}, [null], [[]], [{ type: 'actions', elements: 'x' }]])(
  '%j is refused, not a crash',
  (junk) => {
    expect(lintMessage(junk).length).toBeGreaterThan(0);
  },
);
