import { expect, test } from 'vitest';
import hostConfigFile from '../../../src/probes/host-config-file.ts';
import rule from '../../../src/rules/config/legacy-config-names.ts';
import { said, saw, scene } from '../../support/scene.ts';

function configured(...names: readonly string[]) {
  return saw(hostConfigFile, { values: new Map(names.map((name) => [name, [['1']]])), secrets: [] });
}

test.each([
  ['new names', '7.0.15', configured('hash-max-listpack-entries', 'busy-reply-threshold'), 'clear'],
  ['old names', '7.0.15', configured('hash-max-ziplist-entries'), 'info'],
  ['their only names', '6.2.16', configured('hash-max-ziplist-entries'), 'clear'],
  ['before the host is asked', '6.2.16', saw(hostConfigFile, 'the host was not looked at'), 'clear'],
  ['nobody looked at the host', '7.0.15', saw(hostConfigFile, 'the host was not looked at'), 'unassessed'],
])('%s on %s', (_what, version, told, want) => {
  expect(said(rule, scene({ nodes: [{ readings: [told], identity: { version } }] }))).toBe(want);
});

test('each with its new name', () => {
  const told = configured('zset-max-ziplist-value', 'list-max-ziplist-size', 'lua-time-limit');
  expect(rule.assess('rule', scene({ nodes: [{ readings: [told] }] }))).toMatchObject([
    {
      evidence: [
        { field: 'zset-max-ziplist-value', expected: 'zset-max-listpack-value' },
        { field: 'list-max-ziplist-size', expected: 'list-max-listpack-size' },
        { field: 'lua-time-limit', expected: 'busy-reply-threshold' },
      ],
    },
  ]);
});
