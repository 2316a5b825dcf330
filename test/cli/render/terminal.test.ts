import { expect, test } from 'vitest';
import { makePaint, terminalOf } from '../../../src/cli/render/terminal.ts';

const write = () => true;

test.each([
  [{ isTTY: true }, {}, true],
  [{ isTTY: true }, { NO_COLOR: '1' }, false],
  [{ isTTY: true }, { NO_COLOR: '' }, true],
  [{ isTTY: true }, { TERM: 'dumb' }, false],
  [{}, {}, false],
  [{}, { FORCE_COLOR: '1' }, true],
  [{}, { FORCE_COLOR: '0' }, false],
  [{ isTTY: true }, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
])('%j with %j has colour: %s', (stream, env, want) => {
  expect(terminalOf({ write, ...stream }, env).colour).toBe(want);
});

test('a pipe is 80 characters wide, a terminal as wide as it is', () => {
  expect(terminalOf({ write }, {})).toMatchObject({ tty: false, columns: 80 });
  expect(terminalOf({ write, isTTY: true, columns: 120 }, {})).toMatchObject({ tty: true, columns: 120 });
});

test('text is left as it is without colour', () => {
  expect(makePaint(false)('alarm', 'x')).toBe('x');
  expect(makePaint(true)('alarm', 'x')).toBe('\u001b[1;31mx\u001b[0m');
});
