import { expect, test } from 'vitest';
import rule from '../../../src/rules/sentinel/sentinel-ckquorum-failed.ts';
import { said, scene } from '../../support/scene.ts';
import { SENTINEL_TARGET, SERVERS, sentinel, three } from '../../support/watched.ts';

const NONE = { quorum: { met: false, text: 'NOQUORUM 1 usable Sentinels. Not enough …', usable: 1 } };
const FRESH = { info: { uptime_in_seconds: 2 } };
const STRANGER = { ...NONE, ...FRESH, master: { otherSentinels: 0 } };

test.each([
  ['every Sentinel can', three(), 'clear'],
  ['none can', three(NONE, NONE, NONE), 'critical'],
  ['one is cut off from the others', three(NONE), 'high'],
  ['they have just started and do not know each other yet', three(STRANGER, STRANGER, STRANGER), 'info'],
  ['one has just started, another has not', three(STRANGER, NONE), 'high'],
  [
    'they have just started, and know each other',
    three({ ...NONE, ...FRESH }, { ...NONE, ...FRESH }, { ...NONE, ...FRESH }),
    'critical',
  ],
])('%s: %s', (_what, sentinels, want) => {
  expect(said(rule, scene({ target: SENTINEL_TARGET, nodes: SERVERS, sentinels }))).toBe(want);
});

test('without Sentinels there is nothing to ask', () => {
  expect(said(rule, scene({ nodes: SERVERS }))).toBe('clear');
  expect(said(rule, scene({ nodes: [], sentinels: [{ cause: 'unreachable' }] }))).toBe('unassessed');
});

function headline(sentinels: Parameters<typeof scene>[0]['sentinels']): unknown {
  const [found] = rule.assess('x', scene({ target: SENTINEL_TARGET, nodes: SERVERS, sentinels: sentinels ?? [] }));
  return found?.kind === 'found' ? found.headline : undefined;
}

test.each([
  [
    'a majority is missing',
    three(NONE, NONE, NONE),
    'No failover is possible: 1 of 3 Sentinels is usable, 2 are needed',
  ],
  [
    'the quorum is higher than a majority',
    [sentinel({ n: 1, master: { quorum: 3 }, quorum: { ...NONE.quorum, usable: 2 } })],
    'No failover is possible: 2 of 3 Sentinels are usable, 3 are needed',
  ],
  [
    'it knows nobody',
    [sentinel({ n: 1, of: 1, ...NONE })],
    'No failover is possible: it knows no other Sentinel, and 2 are needed',
  ],
  [
    'only one cannot',
    three(NONE),
    '1 of 3 Sentinels that answer could not fail over: 1 of 3 Sentinels is usable, 2 are needed',
  ],
])('%s', (_what, sentinels, want) => {
  expect(headline(sentinels)).toBe(want);
});
