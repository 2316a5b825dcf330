import { expect, test } from 'vitest';
import replication from '../../../src/probes/replication.ts';
import rule from '../../../src/rules/replication/replica-ack-lag.ts';
import { server } from '../../support/links.ts';
import { said, saw, scene } from '../../support/scene.ts';

test.each([
  [0, 'online', 'clear'],
  [9, 'online', 'clear'],
  [10, 'online', 'warning'],
  [29, 'online', 'warning'],
  [30, 'online', 'critical'],
  [99, 'send_bulk', 'clear'],
])('an acknowledgement %i s ago from a replica that is %s: %s', (ackSeconds, state, want) => {
  const replicas = [
    { address: { host: '10.0.0.2', port: 6379 }, state, offset: 5, ackSeconds },
    { address: { host: '10.0.0.3', port: 6379 }, state: 'online', offset: 5, ackSeconds: 1 },
  ];
  expect(said(rule, scene({ nodes: [{ readings: [saw(replication, { role: 'master', replicas })] }] }))).toBe(want);
});

test.each([
  ['takes connections and says nothing', 'hung', 'critical'],
  ['cannot be reached from here', 'unreachable', 'clear'],
] as const)('a replica that never acknowledged anything and %s', (_sentence, cause, want) => {
  const row = { address: { host: '10.0.0.2', port: 6379 }, state: 'online', offset: 0, ackSeconds: 40 };
  const nodes = [
    { readings: [saw(replication, { role: 'master', replicas: [row] })] },
    { name: '10.0.0.2:6379', cause },
  ];
  expect(said(rule, scene({ nodes })).split(' ')[0]).toBe(want);
});

test.each([
  ['loads the copy that it got', { ...server('10.0.0.2:6379', '127.0.0.1:6379') }, true, 5, 'clear'],
  ['has loaded it', { ...server('10.0.0.2:6379', '127.0.0.1:6379') }, false, 0, 'critical'],
  ['cannot be read and never acknowledged anything', undefined, false, 0, 'clear'],
])('a silent replica that %s', (_sentence, replica, loading, offset, want) => {
  const row = { address: { host: '10.0.0.2', port: 6379 }, state: 'online', offset, ackSeconds: 40 };
  const below = replica ? [{ ...replica, identity: { ...replica.identity, loading } }] : [];
  const nodes = [
    { readings: [saw(replication, { role: 'master', replicas: [row] })] },
    ...below.map((node) => ({ ...node, readings: [saw(replication, { role: 'slave', replicas: [] })] })),
  ];
  expect(said(rule, scene({ nodes })).split(' ')[0]).toBe(want);
});
