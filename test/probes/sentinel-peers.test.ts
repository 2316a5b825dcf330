import { expect, test } from 'vitest';
import sentinelPeers from '../../src/probes/sentinel-peers.ts';
import { identityOf, replies, SENTINELS } from '../support/captured.ts';

test.for(SENTINELS)('%s lists the other Sentinels and says who it is', (version) => {
  const { id, peers } = sentinelPeers.read(replies(version, 'sentinel-peers-one-dead'), identityOf(version));
  expect(id).toBe('1'.repeat(40));
  expect(peers.toSorted((one, other) => one.id.localeCompare(other.id))).toMatchObject([
    { id: '2'.repeat(40), flags: ['sentinel'], downMs: undefined },
    { id: '3'.repeat(40), flags: ['s_down', 'sentinel', 'disconnected'], downMs: expect.any(Number) },
  ]);
});
