import { expect, test } from 'vitest';
import rule from '../../../src/rules/sentinel/sentinel-timeouts-unusual.ts';
import { said, scene } from '../../support/scene.ts';
import { replicaEntry, SENTINEL_TARGET, SERVERS, type SentinelSketch, three } from '../../support/watched.ts';

function all(more: Omit<SentinelSketch, 'n'>) {
  return three(more, more, more);
}

const replicas = (count: number) =>
  Array.from({ length: count }, (_none, at) => replicaEntry({ address: { host: `10.0.0.${at + 2}`, port: 6379 } }));

test.each([
  ['the defaults', three(), 'clear'],
  ['down after 1 s', all({ master: { downAfterMs: 1000 } }), 'clear'],
  ['down after less', all({ master: { downAfterMs: 999 } }), 'info'],
  ['down after 60 s', all({ master: { downAfterMs: 60_000 } }), 'clear'],
  ['down after more', all({ master: { downAfterMs: 60_001 } }), 'info'],
  ['failover-timeout of 10 s', all({ master: { failoverTimeoutMs: 10_000 } }), 'clear'],
  ['failover-timeout of less', all({ master: { failoverTimeoutMs: 9999 } }), 'info'],
  ['all other replicas copy at once', all({ master: { parallelSyncs: 2 }, replicas: replicas(3) }), 'info'],
  ['some of them do', all({ master: { parallelSyncs: 2 }, replicas: replicas(4) }), 'clear'],
  ['there is one other only', all({ master: { parallelSyncs: 5 }, replicas: replicas(2) }), 'clear'],
  ['one Sentinel was set differently', three({ master: { quorum: 3 } }), 'info'],
])('%s: %s', (_what, sentinels, want) => {
  expect(said(rule, scene({ target: SENTINEL_TARGET, nodes: SERVERS, sentinels }))).toBe(want);
});

test('where they differ, each is named', () => {
  const snapshot = scene({
    target: SENTINEL_TARGET,
    nodes: SERVERS,
    sentinels: three({ master: { downAfterMs: 5000 } }),
  });
  expect(rule.assess('x', snapshot)).toMatchObject([
    {
      evidence: [
        {
          field: 'down-after-milliseconds',
          value: '5000 at 10.0.1.1:26379, 30000 at 10.0.1.2:26379, 30000 at 10.0.1.3:26379',
          expected: 'the same everywhere',
        },
      ],
    },
  ]);
});
