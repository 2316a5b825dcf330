import { expect, test } from 'vitest';
import hugePages from '../../../src/probes/host-huge-pages.ts';
import process from '../../../src/probes/host-process.ts';
import rule from '../../../src/rules/host/thp-active.ts';
import { said, saw, scene } from '../../support/scene.ts';

const MIB = 1024 ** 2;

test.each<[string | undefined, boolean | undefined, number | undefined, string]>([
  ['always', true, 800 * MIB, 'high'],
  ['always', undefined, 2 * MIB, 'high'],
  ['always', true, 0, 'warning'],
  ['always', true, undefined, 'warning'],
  // disable-thp yes, the default: the setting of the host alone is no fault.
  ['always', false, undefined, 'clear'],
  ['always', undefined, 0, 'clear'],
  ['always', undefined, undefined, 'unassessed'],
  ['madvise', true, 4 * MIB, 'clear'],
  ['never', true, 0, 'clear'],
  [undefined, true, undefined, 'clear'],
])('with %s, allowed %s and %s bytes in huge pages: %s', (enabled, hugePagesAllowed, inHugePages, want) => {
  const readings = [saw(hugePages, { enabled, inHugePages }), saw(process, { hugePagesAllowed, resident: 1600 * MIB })];
  expect(said(rule, scene({ nodes: [{ readings }] }))).toBe(want);
});

test('the headline says how much of the server is in them', () => {
  const readings = [
    saw(hugePages, { enabled: 'always', inHugePages: 800 * MIB }),
    saw(process, { resident: 1600 * MIB }),
  ];
  expect(rule.assess('thp-active', scene({ nodes: [{ readings }] }))[0]).toMatchObject({
    headline: '800 MiB of the server lie in transparent huge pages, 50 % of its memory',
  });
});
