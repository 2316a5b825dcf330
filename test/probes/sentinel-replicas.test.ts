import { expect, test } from 'vitest';
import sentinelReplicas from '../../src/probes/sentinel-replicas.ts';
import { identityOf, replies, SENTINELS } from '../support/captured.ts';

test.for(SENTINELS)('%s lists the replicas, the dead one too', (version) => {
  const seen = sentinelReplicas.read(replies(version, 'sentinel-replicas-one-dead'), identityOf(version));
  expect(seen.toSorted((one, other) => (one.priority ?? 0) - (other.priority ?? 0))).toMatchObject([
    { flags: ['slave'], linkStatus: 'ok', priority: 0, linkDownMs: 0, downMs: undefined },
    { flags: ['s_down', 'slave', 'disconnected'], priority: 100, downMs: expect.any(Number) },
  ]);
  expect(seen.every(({ address, name }) => name === `127.0.0.1:${address?.port}`)).toBe(true);
});

test('a lone primary has none', () => {
  expect(sentinelReplicas.read([[]], identityOf('redis-7.0.15'))).toEqual([]);
});
