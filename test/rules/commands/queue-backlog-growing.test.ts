import { expect, test } from 'vitest';
import type { KeySample } from '../../../src/domain/keys/key-sample.ts';
import keySample from '../../../src/probes/key-sample.ts';
import rule from '../../../src/rules/commands/queue-backlog-growing.ts';
import { said, saw, scene } from '../../support/scene.ts';

const watched = (queues: KeySample['queues'], named: readonly string[] = ['jobs']) =>
  said(rule, scene({ target: { queues: named }, nodes: [{ readings: [saw(keySample, { queues })] }] }));

test.each<[string, KeySample['queues'], string]>([
  ['a queue that grows', [{ name: 'jobs', before: 10, after: 11, seconds: 5 }], 'info'],
  ['a long queue that does not', [{ name: 'jobs', before: 1e6, after: 1e6, seconds: 20 }], 'clear'],
  ['one that drains', [{ name: 'jobs', before: 10, after: 0, seconds: 20 }], 'clear'],
  ['too short a look', [{ name: 'jobs', before: 10, after: 99, seconds: 4.9 }], 'unassessed'],
  ['a named queue that is no list', [], 'clear'],
])('%s', (_sentence, queues, want) => {
  expect(watched(queues)).toBe(want);
});

test('where none is named nobody knows', () => {
  expect(watched([], [])).toBe('unassessed');
});
