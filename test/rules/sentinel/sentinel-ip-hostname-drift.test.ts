import { expect, test } from 'vitest';
import rule from '../../../src/rules/sentinel/sentinel-ip-hostname-drift.ts';
import { said, scene } from '../../support/scene.ts';
import { PRIMARY, peer, replicaEntry, SENTINEL_TARGET, sentinel } from '../../support/watched.ts';

const NAMED = { host: 'redis-0.redis.svc', port: 6379 };
const named = { master: { address: NAMED, toldToClients: NAMED } };
const others = [2, 3].map((n) => peer(n, { address: { host: `sentinel-${n}.svc`, port: 26_379 } }));

test.each([
  ['all by IP address', {}, 'clear'],
  [
    'all by name',
    { ...named, replicas: [replicaEntry({ address: { host: 'redis-1.redis.svc', port: 6379 } })], peers: others },
    'clear',
  ],
  ['the primary by name, a replica by IP address', named, 'warning'],
  ['the servers by name, the Sentinels by IP address', { ...named, replicas: [] }, 'clear'],
  ['one Sentinel by name', { peers: [peer(2), ...others.slice(1)] }, 'warning'],
  [
    'localhost beside a name',
    { ...named, replicas: [replicaEntry({ address: { host: '127.0.0.1', port: 6380 } })] },
    'clear',
  ],
  ['the primary as its own replica, by its address', { replicas: [replicaEntry({ address: PRIMARY })] }, 'warning'],
  [
    'the primary as its own replica, by its run id',
    { replicas: [replicaEntry({ runId: 'run-of-10.0.0.1' })] },
    'warning',
  ],
  ['nobody has told its run id yet', { master: { runId: '' }, replicas: [replicaEntry({ runId: '' })] }, 'clear'],
])('%s: %s', (_what, more, want) => {
  expect(said(rule, scene({ target: SENTINEL_TARGET, nodes: [], sentinels: [sentinel({ n: 1, ...more })] }))).toBe(
    want,
  );
});

test('both ways are named', () => {
  const snapshot = scene({ target: SENTINEL_TARGET, nodes: [], sentinels: [sentinel({ n: 1, ...named })] });
  expect(rule.assess('x', snapshot)).toMatchObject([
    {
      headline: 'The servers are known by names and by IP addresses at once: redis-0.redis.svc:6379 and 10.0.0.2:6379',
    },
  ]);
});
