import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineAction } from '../../src/domain/action.ts';
import { Problem } from '../../src/domain/problem.ts';
import { defineRule } from '../../src/domain/rule.ts';
import { loadPlaybooks } from '../../src/io/playbooks.ts';
import memory from '../../src/probes/memory.ts';

const rule = defineRule({ scope: 'node', needs: {}, more: 'More.', check: () => undefined });
const action = defineAction({
  args: z.strictObject({ fill: z.number().max(0.9).default(0.75), mode: z.enum(['fast', 'safe']).optional() }),
  needs: [],
  sends: [],
  plan: () => ({ refused: 'never' }),
});
const named = {
  probes: new Map([['memory', memory]]),
  rules: new Map([
    ['memory-full', rule],
    ['replica-lag', rule],
  ]),
  actions: new Map([['raise-limit', action]]),
};

const GOOD = `title: Raise the limit
summary: The data no longer fits.
when: [memory-full]
unless:
  - guard: memory.maxmemory == 0
    because: There is no limit.
steps:
  - action: raise-limit
    with:
      fill: 0.8
  - wait:
      until: memory.used_memory < memory.maxmemory
      timeout_s: 60
settled:
  within_s: 10
  hold:
    - memory.used_memory < 0.9 * memory.maxmemory
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'playbooks-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFile(join(folder, name), text);
const load = () => loadPlaybooks(named, pathToFileURL(`${folder}/`));

async function mistakes(text: string): Promise<string> {
  await write('mine.yml', text);
  const error = await load().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Problem);
  expect((error as Problem).code).toBe('playbook-invalid');
  return (error as Problem).message;
}

test('the file name is the id, and every guard is compiled', async () => {
  await write('raise.yml', GOOD);
  await write('README.md', 'not a playbook');
  const loaded = await load();
  expect([...loaded.keys()]).toEqual(['raise']);
  const raise = loaded.get('raise');
  expect(raise?.unless[0]?.because).toBe('There is no limit.');
  expect(raise?.hold[0]?.text).toContain('0.9');
  expect([...(raise?.waits.keys() ?? [])]).toEqual(['memory.used_memory < memory.maxmemory']);
});

describe('a mistake stops the start with file, line, column and what was meant', () => {
  test.each([
    [
      'an unknown rule',
      'when: [memory-full]',
      'when: [memory-ful]',
      'mine.yml:3:8: when.0: there is no rule "memory-ful". Did you mean "memory-full"?',
    ],
    ['a rule that is nothing like one', 'when: [memory-full]', 'when: [zzzzzz]', 'Allowed: memory-full, replica-lag.'],
    [
      'an unknown action',
      'action: raise-limit',
      'action: rise-limit',
      'mine.yml:8:13: steps.0.action: there is no action "rise-limit". Did you mean "raise-limit"?',
    ],
    [
      'a misspelt argument',
      'fill: 0.8',
      'fil: 0.8',
      'mine.yml:10:12: steps.0.with.fil: unknown key. Allowed: fill, mode. Did you mean "fill"?',
    ],
    [
      'an argument of the wrong kind',
      'fill: 0.8',
      'fill: much',
      'mine.yml:10:13: steps.0.with.fill: expected a number',
    ],
    ['an argument out of range', 'fill: 0.8', 'fill: 1.5', 'mine.yml:10:13: steps.0.with.fill'],
    ['a value that is not allowed', 'fill: 0.8', 'mode: fst', 'expected one of fast, safe. Did you mean "fast"?'],
    ['a misspelt key', 'summary:', 'sumary:', 'mine.yml:2:1: sumary: unknown key'],
    [
      'a guard with an unknown field',
      'guard: memory.maxmemory == 0',
      'guard: memory.maxmemry == 0',
      'mine.yml:5:19: unless.0.guard: memory has no field "maxmemry", did you mean "maxmemory"?',
    ],
    [
      'a guard that is no condition',
      '- memory.used_memory < 0.9 * memory.maxmemory',
      '- memory.used_memory',
      'settled.hold.0: a guard must be true or false',
    ],
    [
      'a wait with matches',
      'until: memory.used_memory < memory.maxmemory',
      'until: memory.maxmemory_policy.matches("x")',
      'steps.1.wait.until: matches is not allowed',
    ],
    [
      'a rule that must be clear',
      'within_s: 10',
      'clear: [replica-lg]\n  within_s: 10',
      'settled.clear.0: there is no rule "replica-lg"',
    ],
    ['broken YAML', 'settled:', 'settled', 'mine.yml:'],
  ])('%s', async (_what, right, wrong, message) => {
    expect(GOOD).toContain(right);
    expect(await mistakes(GOOD.replace(right, wrong))).toContain(message);
  });

  test('all of them at once, over all files', async () => {
    await write('another.yml', GOOD.replace('raise-limit', 'rise-limit'));
    const message = await mistakes(GOOD.replace('memory-full', 'memory-ful').replace('0.9 *', '0.9 +* '));
    expect(message).toContain('another.yml:8:13');
    expect(message).toContain('mine.yml:3:8');
    expect(message).toContain('settled.hold.0');
  });
});
