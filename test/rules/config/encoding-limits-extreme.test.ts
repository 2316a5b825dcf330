import { expect, test } from 'vitest';
import tuningConfig from '../../../src/probes/tuning-config.ts';
import rule from '../../../src/rules/config/encoding-limits-extreme.ts';
import { said, saw, scene } from '../../support/scene.ts';

const DEFAULTS = { hash_max_ziplist_entries: 512, hash_max_ziplist_value: 64, set_max_intset_entries: 512 };

test.each([
  ['the defaults', {}, 'clear'],
  ['at the edge', { hash_max_ziplist_entries: 4096 }, 'clear'],
  ['beyond it', { hash_max_ziplist_entries: 4097 }, 'info'],
  ['long values', { zset_max_ziplist_value: 2048 }, 'info'],
  ['whole numbers are found quickly', { set_max_intset_entries: 10_000 }, 'clear'],
])('%s', (_what, over, want) => {
  expect(said(rule, scene({ nodes: [{ readings: [saw(tuningConfig, { ...DEFAULTS, ...over })] }] }))).toBe(want);
});

test.each([
  ['6.2.16', 'hash-max-ziplist-entries'],
  ['7.0.15', 'hash-max-listpack-entries'],
])('by the name that %s has for it', (version, field) => {
  const readings = [saw(tuningConfig, { hash_max_ziplist_entries: 10_000 })];
  const found = rule.assess('rule', scene({ nodes: [{ readings, identity: { version } }] }));
  expect(found).toMatchObject([{ evidence: [{ field, value: '10000' }] }]);
});
