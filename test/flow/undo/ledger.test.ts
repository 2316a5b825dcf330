import { expect, test } from 'vitest';
import type { PlannedCommand, Proposal } from '../../../src/domain/proposal.ts';
import type { RunStep } from '../../../src/domain/run.ts';
import { ledgerOf } from '../../../src/flow/undo/ledger.ts';
import { proposalOf } from '../../support/proposal.ts';
import { step } from '../../support/rows.ts';

const NODE = '10.0.0.1:6379';

function set(parameter: string, value: string): PlannedCommand {
  return {
    node: NODE,
    argv: ['CONFIG', 'SET', parameter, value],
    applied: [{ node: NODE, reading: `memory-config.${parameter}`, value }],
  };
}

const DO = [set('maxmemory', '200'), set('maxmemory-policy', 'allkeys-lru')];
const BACK = [set('maxmemory-policy', 'noeviction'), set('maxmemory', '100')];

function proposal(different: Partial<Extract<Proposal['steps'][number], { kind: 'action' }>> = {}): Proposal {
  const given = proposalOf();
  const [first] = given.steps;
  if (first?.kind !== 'action') throw new Error('the first step is an action');
  return { ...given, steps: [{ ...first, commands: DO, undo: BACK, ...different }] };
}

function rows(...states: RunStep['state'][]): RunStep[] {
  return states.map((state, seq) => step(1, seq, { state, command: DO[seq] ?? null }));
}

const undone = (of: Proposal, ran: RunStep[]) =>
  ledgerOf(of, ran).map(({ undo }) => undo.map(({ argv }) => argv.join(' ')));

test('of a step that is done the whole undo is offered, in the order of the plan', () => {
  expect(undone(proposal(), rows('done', 'done'))).toEqual([
    ['CONFIG SET maxmemory-policy noeviction', 'CONFIG SET maxmemory 100'],
  ]);
});

test('of a step that stopped half way only what was set is taken back', () => {
  expect(undone(proposal(), rows('done', 'failed'))).toEqual([['CONFIG SET maxmemory 100']]);
  expect(undone(proposal(), rows('done', 'skipped'))).toEqual([['CONFIG SET maxmemory 100']]);
});

test('of keys, those are taken back that were changed', () => {
  const about = (verb: string, key: string): PlannedCommand => ({
    node: NODE,
    argv: [verb, key],
    applied: [],
    signs: [{ ask: ['PTTL', key], applied: {}, before: {} }],
  });
  const commands = [about('PEXPIRE', 'one'), about('PEXPIRE', 'two')];
  const of = proposal({ commands, undo: [about('PERSIST', 'one'), about('PERSIST', 'two')] });
  const ran = commands.map((command, seq) => step(1, seq, { state: seq === 0 ? 'done' : 'skipped', command }));
  expect(undone(of, ran)).toEqual([['PERSIST one']]);
});

test('a command whose effect came too late was applied', () => {
  expect(undone(proposal(), rows('late', 'skipped'))).toEqual([['CONFIG SET maxmemory 100']]);
});

test.each<[string, Proposal, RunStep[]]>([
  ['nothing was sent', proposal(), rows('skipped', 'skipped')],
  ['nobody knows what was applied', proposal(), rows('unknown', 'skipped')],
  ['there is no way back', proposal({ undo: 'the data is gone' }), rows('done', 'done')],
  ['it is an undo itself', { ...proposal(), undoes: 'run_0000000009' }, rows('done', 'done')],
  [
    'the way back was sent when it stopped',
    proposal(),
    [...rows('done', 'failed'), step(1, 2, { kind: 'rescue', state: 'done' })],
  ],
  [
    'the effect of the way back cannot be told from here',
    proposal({ undo: [{ ...set('maxmemory', '100'), applied: [] }] }),
    rows('done', 'failed'),
  ],
])('nothing is offered where %s', (_why, of, ran) => {
  expect(ledgerOf(of, ran)).toEqual([]);
});

test('steps are taken back last first', () => {
  const [only] = proposal().steps;
  if (only?.kind !== 'action') throw new Error('the first step is an action');
  const first = { ...only, commands: [DO[0] as PlannedCommand], undo: [BACK[1] as PlannedCommand] };
  const second = { ...only, commands: [DO[1] as PlannedCommand], undo: [BACK[0] as PlannedCommand] };
  const ran = [
    step(1, 0, { step: 0, state: 'done', command: DO[0] ?? null }),
    step(1, 1, { step: 1, state: 'done', command: DO[1] ?? null }),
  ];
  expect(undone({ ...proposal(), steps: [first, second] }, ran)).toEqual([
    ['CONFIG SET maxmemory-policy noeviction'],
    ['CONFIG SET maxmemory 100'],
  ]);
});

test('a value that a later step set anew is left to that step, and the rest of the step is taken back', () => {
  const [only] = proposal().steps;
  if (only?.kind !== 'action') throw new Error('the first step is an action');
  const again = set('maxmemory', '300');
  const lost = { ...only, commands: [again], undo: 'the keys are gone' };
  const ran = [...rows('done', 'done'), step(1, 2, { step: 1, state: 'done', command: again })];
  expect(undone({ ...proposal(), steps: [only, lost] }, ran)).toEqual([['CONFIG SET maxmemory-policy noeviction']]);
  const fenced = { ...only, commands: [DO[0] as PlannedCommand], undo: [BACK[1] as PlannedCommand] };
  const freed = [
    step(1, 0, { state: 'done', command: DO[0] ?? null }),
    step(1, 1, { step: 1, state: 'done', command: again }),
  ];
  expect(undone({ ...proposal(), steps: [fenced, lost] }, freed)).toEqual([]);
});

test('a value that the way back of a later step set anew is left as that put it', () => {
  const [only] = proposal().steps;
  if (only?.kind !== 'action') throw new Error('the first step is an action');
  const first = { ...only, commands: [DO[0] as PlannedCommand], undo: [BACK[1] as PlannedCommand] };
  const second = { ...only, commands: [DO[1] as PlannedCommand], undo: 'the keys are gone' };
  const freed = set('maxmemory', '100');
  const ran = (state: RunStep['state']) => [
    step(1, 0, { step: 0, state: 'done', command: DO[0] ?? null }),
    step(1, 1, { step: 1, state: 'failed', command: DO[1] ?? null }),
    step(1, 2, { step: 1, kind: 'rescue', state, command: freed }),
  ];
  expect(undone({ ...proposal(), steps: [first, second] }, ran('done'))).toEqual([]);
  expect(undone({ ...proposal(), steps: [first, second] }, ran('skipped'))).toEqual([['CONFIG SET maxmemory 100']]);
});
