import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineAction, type Risk } from '../../src/domain/action.ts';
import { Playbook } from '../../src/domain/playbook.ts';
import { riskInShort } from '../../src/domain/playbook-risk.ts';

const action = (risks: readonly [Risk, ...Risk[]]) =>
  defineAction({ args: z.unknown(), needs: [], sends: [], risks, plan: () => ({ refused: 'not here' }) });

const actions = new Map([
  ['harmless', action(['reversible'])],
  ['noticed', action(['disruptive'])],
  ['depends', action(['reversible', 'destructive'])],
  ['machine', action(['host'])],
]);

test.each<[string[], string]>([
  [['harmless'], 'reversible'],
  [['depends'], 'reversible or destructive'],
  [['harmless', 'noticed'], 'disruptive'],
  [['depends', 'noticed'], 'disruptive or destructive'],
  [['harmless', 'machine'], 'host'],
  [[], 'by hand'],
])('of the steps %j the plan is %s', (steps, expected) => {
  const playbook = Playbook.parse({
    title: 'Do it',
    summary: 'Because it helps here.',
    when: ['x'],
    steps: [{ notify: 'It begins.' }, ...steps.map((one) => ({ action: one }))],
    settled: { within_s: 1 },
  });
  expect(riskInShort(playbook, actions)).toBe(expected);
});
