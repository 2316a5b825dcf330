import { expect, test } from 'vitest';
import rule from '../../../src/rules/sentinel/sentinel-tilt.ts';
import { said, scene } from '../../support/scene.ts';
import { SERVERS, sentinel, three } from '../../support/watched.ts';

test.each([
  ['a calm one', {}, 'clear'],
  ['in tilt', { info: { sentinel_tilt: 1, sentinel_tilt_since_seconds: 12 } }, 'high'],
  [
    'in tilt, on 6.2, which does not say since when',
    { info: { sentinel_tilt: 1, sentinel_tilt_since_seconds: undefined } },
    'high',
  ],
  ['never, as Valkey 9 counts', { info: { sentinel_total_tilt: 0 }, infoBefore: { sentinel_total_tilt: 0 } }, 'clear'],
  ['some time since its start', { info: { sentinel_total_tilt: 3 }, infoBefore: { sentinel_total_tilt: 3 } }, 'info'],
  ['meanwhile', { info: { sentinel_total_tilt: 4 }, infoBefore: { sentinel_total_tilt: 3 } }, 'high'],
])('%s', (_what, more, want) => {
  expect(said(rule, scene({ nodes: SERVERS, sentinels: [sentinel({ n: 1, ...more })] }))).toBe(want);
});

test('each Sentinel is judged alone', () => {
  const sentinels = three({}, { info: { sentinel_tilt: 1, sentinel_tilt_since_seconds: 12 } });
  expect(rule.assess('x', scene({ nodes: SERVERS, sentinels }))).toMatchObject([
    { kind: 'clear' },
    { node: '10.0.1.2:26379', headline: 'This Sentinel is in TILT mode since 12 s and takes part in no failover' },
    { kind: 'clear' },
  ]);
});
