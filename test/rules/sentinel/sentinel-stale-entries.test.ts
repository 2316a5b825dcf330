import { expect, test } from 'vitest';
import rule from '../../../src/rules/sentinel/sentinel-stale-entries.ts';
import { said, scene } from '../../support/scene.ts';
import { peer, replicaEntry, SENTINEL_TARGET, SERVERS, sentinel, three } from '../../support/watched.ts';

const DEAD = { flags: ['s_down', 'sentinel', 'disconnected'], downMs: 300_000 };
const LOST = replicaEntry({
  address: { host: '10.0.0.9', port: 6379 },
  flags: ['s_down', 'slave', 'disconnected'],
  downMs: 60_000,
});

/** The first two of three, who say this of the third. */
function two(third: Parameters<typeof peer>[1], more: Parameters<typeof peer>[1] = third) {
  return [sentinel({ n: 1, peers: [peer(2), peer(3, third)] }), sentinel({ n: 2, peers: [peer(1), peer(3, more)] })];
}

test.each([
  ['all are there', three(), 'clear'],
  ['a Sentinel is gone', two(DEAD), 'warning'],
  ['only one of two cannot see it: it is cut off', two(DEAD, {}), 'clear'],
  ['it answers us, so that it is no ghost', [...two(DEAD), sentinel({ n: 3 })], 'clear'],
  ['a replica is gone', three(...[1, 2, 3].map(() => ({ replicas: [replicaEntry(), LOST] }))), 'warning'],
  [
    'only one of three cannot see the replica',
    three({ replicas: [LOST] }, { replicas: [replicaEntry({ address: LOST.address })] }),
    'clear',
  ],
  ['a Sentinel and a replica', [sentinel({ n: 1, peers: [peer(2, DEAD)], replicas: [LOST] })], 'warning warning'],
])('%s: %s', (_what, sentinels, want) => {
  expect(said(rule, scene({ target: SENTINEL_TARGET, nodes: SERVERS, sentinels }))).toBe(want);
});

test('a replica that answers us is not gone, whatever the Sentinels think', () => {
  const sentinels = three(...[1, 2, 3].map(() => ({ replicas: [replicaEntry({ flags: ['s_down', 'slave'] })] })));
  expect(said(rule, scene({ target: SENTINEL_TARGET, nodes: SERVERS, sentinels }))).toBe('clear');
});

test('it is told of the node that is gone, with how long and how many', () => {
  const gone = { name: '10.0.1.3:26379', cause: 'unreachable' } as const;
  const snapshot = scene({ target: SENTINEL_TARGET, nodes: SERVERS, sentinels: [...two(DEAD), gone] });
  expect(rule.assess('x', snapshot)).toMatchObject([
    {
      node: '10.0.1.3:26379',
      headline: 'A Sentinel that has been down for 5 min still counts as one of 3 voters',
      evidence: [
        { field: 'flags at 10.0.1.1:26379', value: 's_down,sentinel,disconnected' },
        { field: 'flags at 10.0.1.2:26379' },
      ],
    },
  ]);
});
