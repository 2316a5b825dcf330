import { expect, test } from 'vitest';
import errorStats from '../../../src/probes/error-stats.ts';
import rule from '../../../src/rules/commands/lua-script-blocking.ts';
import { said, saw, scene } from '../../support/scene.ts';

const SCRIPT = 'BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.';
const FUNCTION = 'BUSY Valkey is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.';
const MODULE = 'BUSY Redis is busy running a module command.';

test.each([
  ['a script', SCRIPT, 'critical'],
  ['a function of Valkey', FUNCTION, 'critical'],
  ['a module command, which no KILL stops', MODULE, 'unassessed'],
])('busy with %s: %s', (_what, detail, wanted) => {
  expect(said(rule, scene({ nodes: [{ cause: 'busy', detail }] }))).toBe(wanted);
});

test('the headline names the KILL that the server named', () => {
  const headline = (detail: string) => rule.assess('rule', scene({ nodes: [{ cause: 'busy', detail }] }))[0];
  expect(headline(SCRIPT)).toMatchObject({ headline: expect.stringContaining('SCRIPT KILL') });
  expect(headline(FUNCTION)).toMatchObject({ headline: expect.stringContaining('FUNCTION KILL') });
});

test('a server that is away for another reason is not running a script', () => {
  expect(said(rule, scene({ nodes: [{ cause: 'hung', detail: 'no answer in 2 s' }] }))).toBe('clear');
});

const busy = (count: number) => ({ counts: new Map([['BUSY', count]]) });

test.each([
  ['commands were refused while we watched', 4, 6, 'critical'],
  ['commands were refused some day', 4, 4, 'clear'],
])('%s: %s', (_what, before, now, wanted) => {
  expect(said(rule, scene({ nodes: [{ readings: [saw(errorStats, busy(now), busy(before))] }] }))).toBe(wanted);
});
