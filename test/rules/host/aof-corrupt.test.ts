import { expect, test } from 'vitest';
import check, { type Damage } from '../../../src/probes/host-aof-check.ts';
import persistence from '../../../src/probes/persistence.ts';
import rule from '../../../src/rules/host/aof-corrupt.ts';
import { said, saw, scene } from '../../support/scene.ts';

const at = (soundUpTo: number): Damage => ({
  file: 'appendonly.aof.1.incr.aof',
  soundUpTo,
  said: "Expected prefix '$'",
});

interface Case {
  before?: Damage | undefined;
  now?: Damage | undefined;
  paired?: boolean;
  enabled?: number;
  rewriting?: number;
}

test.each<[string, Case, string]>([
  ['a sound file', {}, 'clear'],
  ['damage that stays', { before: at(99), now: at(99) }, 'high'],
  ['an end that was just being written', { before: at(99), now: at(140) }, 'clear'],
  ['damage that was seen once', { now: at(99) }, 'clear'],
  ['damage that is gone', { before: at(99) }, 'clear'],
  ['a file that is being replaced', { before: at(99), now: at(99), rewriting: 1 }, 'clear'],
  ['one look', { now: at(99), paired: false }, 'unassessed'],
  ['no append-only file', { before: at(99), now: at(99), enabled: 0 }, 'clear'],
])('%s', (_what, { before, now, paired = true, enabled = 1, rewriting = 0 }, want) => {
  const readings = [
    paired ? saw(check, { damage: now }, { damage: before }) : saw(check, { damage: now }),
    saw(persistence, { aof_enabled: enabled, aof_rewrite_in_progress: rewriting }),
  ];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});
