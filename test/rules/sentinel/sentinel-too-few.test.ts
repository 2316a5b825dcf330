import { expect, test } from 'vitest';
import rule from '../../../src/rules/sentinel/sentinel-too-few.ts';
import { type ReadSketch, said, scene } from '../../support/scene.ts';
import { peer, SENTINEL_TARGET, SERVERS, type SentinelSketch, sentinel } from '../../support/watched.ts';

function group(of: number, more: Partial<SentinelSketch> = {}): ReadSketch[] {
  return Array.from({ length: of }, (_none, at) => sentinel({ n: at + 1, of, ...more }));
}

const FRESH = { info: { uptime_in_seconds: 2 } };

/** Three Sentinels of which these, by number, are on the host of the primary. */
function beside(host: string, ...numbers: readonly number[]): ReadSketch[] {
  const address = (n: number) => ({ host: numbers.includes(n) ? host : `10.0.1.${n}`, port: 26_379 });
  return [1, 2, 3].map((n) => ({
    ...sentinel({
      n,
      master: { address: { host, port: 6379 } },
      peers: [1, 2, 3].filter((other) => other !== n).map((other) => peer(other, { address: address(other) })),
    }),
    name: `${address(n).host}:26379`,
  }));
}

test.each([
  ['three', group(3), 'clear'],
  ['five', group(5), 'clear'],
  ['one', group(1), 'high'],
  ['two', group(2), 'high'],
  ['four', group(4), 'warning'],
  ['one that has just started, as far as anybody knows', group(1, FRESH), 'high'],
  ['three that have just started and know nobody yet', group(3, { ...FRESH, master: { otherSentinels: 0 } }), 'info'],
  ['three that know nobody, but are old', group(3, { master: { otherSentinels: 0 } }), 'high'],
  ['three with a quorum of 1', group(3, { master: { quorum: 1 } }), 'high'],
  ['one with a quorum of 1', group(1, { master: { quorum: 1 } }), 'high'],
  ['one of three beside the primary, as in three boxes', beside('10.0.0.1', 1), 'clear'],
  ['two of three beside the primary', beside('10.0.0.1', 1, 2), 'high'],
  ['all on one machine, a test', beside('127.0.0.1', 1, 2, 3), 'clear'],
])('%s: %s', (_what, sentinels, want) => {
  expect(said(rule, scene({ target: SENTINEL_TARGET, nodes: SERVERS, sentinels }))).toBe(want);
});

test('a target without Sentinels has not too few', () => {
  expect(said(rule, scene({ nodes: SERVERS }))).toBe('clear');
});

test('the worst is the headline, and everything is evidence', () => {
  const [found] = rule.assess(
    'x',
    scene({ target: SENTINEL_TARGET, nodes: SERVERS, sentinels: group(4, { master: { quorum: 1 } }) }),
  );
  expect(found).toMatchObject({
    headline: 'The quorum is 1: any of the 4 Sentinels can start a failover because it alone lost the primary',
    evidence: [{ field: 'quorum' }, { field: 'num-other-sentinels + 1', value: '4' }],
  });
});
